import { type Endpoint, jsonPage } from './endpoint.js';
import type { ProcessView } from './views.js';

export const serverInfo: Endpoint = {
  path: '/server_info',
  help: 'print server version/status information',
  answer: (_request, views) => jsonPage(infoOf(views.process)),
};

function infoOf(process: ProcessView): object {
  const uptime = `${Math.floor(process.uptimeMs / 1000)}s`;
  return {
    version: process.version,
    state: process.state,
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: 'disabled',
    command_line_options: process.options,
    node: nodeOf(process),
    hot_restart_initializing: false,
  };
}

function nodeOf({ node, extensions }: ProcessView): object {
  return {
    id: node.id,
    cluster: node.cluster,
    ...(node.zone === '' ? {} : { locality: { region: '', zone: node.zone, sub_zone: '' } }),
    user_agent_name: 'sluice',
    extensions: extensions.map(({ name, category, typeUrl }) => ({
      name,
      category,
      type_descriptor: '',
      disabled: false,
      type_urls: typeUrl === '' ? [] : [typeUrl],
    })),
    client_features: [],
    listening_addresses: [],
    dynamic_parameters: {},
  };
}

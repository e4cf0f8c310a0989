import type { ShardSettings } from '../api/messages.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type { LiveRuntime } from '../runtime/live-runtime.js';
import { localAddress } from './local-address.js';
import type { ProcessLog } from './log.js';
import type { ServerOptions } from './options.js';

/** What a worker that starts now is told: the command line over the bootstrap, and what operators changed since. */
export function shardSettings(
  input: { readonly options: ServerOptions; readonly model: BootstrapModel; readonly log: ProcessLog },
  runtime: LiveRuntime,
): ShardSettings {
  const { options, model, log } = input;
  return {
    nodeId: options.serviceNode ?? model.node.id,
    nodeCluster: options.serviceCluster ?? model.node.cluster,
    nodeZone: options.serviceZone ?? model.node.zone,
    nodeMetadata: model.node.metadata,
    localAddress: localAddress(options.localAddressVersion),
    logLevel: log.levelName,
    runtime: { layers: runtime.current.layers },
    statsConfig: model.statsConfig,
    overload: model.overload?.scales ?? null,
    modules: model.filterModules,
    logFlushMs: options.fileFlushMs,
    logFlushBytes: options.fileFlushBytes,
  };
}

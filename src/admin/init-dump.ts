import { type Endpoint, jsonPage } from './endpoint.js';

export const initDump: Endpoint = {
  path: '/init_dump',
  help: 'dump what start-up still waits for',
  params: [{ name: 'mask', help: 'Name of the part to show: clusters, listeners' }],
  answer({ query }, { process }) {
    const mask = query.get('mask');
    const waiting = process
      .pending()
      .filter(({ manager, targets }) => targets.length > 0 && (mask === null || mask === manager));
    if (waiting.length === 0) return jsonPage({});
    return jsonPage({
      unready_targets_dumps: waiting.map(({ manager, targets }) => ({
        name: manager,
        target_names: targets,
      })),
    });
  },
};

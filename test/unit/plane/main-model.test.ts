import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { parseBootstrap } from '../../../src/config/bootstrap.js';
import { loadConfig } from '../../../src/config/load.js';
import { extensionRegistry } from '../../../src/extensions/index.js';
import type { ManagerConfig } from '../../../src/http/manager-config.js';
import { forMain } from '../../../src/plane/main-model.js';
import { largeBootstrap } from '../../support/large-bootstrap.js';

test("main's copy of a bootstrap has all clusters and listeners, and no routes but those that are counted", () => {
  const text = largeBootstrap({ routes: 200, clusters: 3 }).replace(
    '"timeout":"5s"}',
    '"timeout":"5s"},"stat_prefix":"counted"',
  );
  const loaded = loadConfig({
    yamlText: text,
    registry: extensionRegistry(),
    files: { read: () => new Uint8Array(), env: () => undefined },
  });
  const model = parseBootstrap(loaded.root, extensionRegistry());
  deepEqual(loaded.finish().problems, []);
  const main = forMain(model);
  equal(main.clusters, model.clusters);
  const managerOf = ({ listeners }: typeof model): ManagerConfig =>
    listeners[0]?.chains[0]?.filters[0]?.config as ManagerConfig;
  const prefixes = managerOf(main).routes.virtualHosts.flatMap(({ routes }) =>
    routes.map(({ statPrefix }) => statPrefix),
  );
  deepEqual(prefixes, ['counted']);
  equal(managerOf(main).routes.virtualHosts.length, 100);
  equal(managerOf(model).routes.virtualHosts[0]?.routes.length, 2);
});

import { match } from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { fetchFrom } from '../../support/proxy.js';
import { networkFamilyBootstrap } from './network/network-family.js';
import { tunnelFamily } from './network/tunnel-family.js';
import { type Bootstrap, type ProxyKind, ProxyUnderTest } from './proxy-under-test.js';

const tunnels = networkFamilyBootstrap('tunnels', tunnelFamily);

/** Tunnels that end at the listener of another process. */
function leadingTo(port: number): Bootstrap {
  return {
    ...tunnels,
    text: (places) => tunnels.text({ ...places, origins: { ...places.origins, unwrapping: port } }),
  };
}

for (const [outer, inner] of [
  ['sluice', 'envoy'],
  ['envoy', 'sluice'],
] as const satisfies readonly (readonly [ProxyKind, ProxyKind])[]) {
  test(`${inner} takes apart what ${outer} tunnels`, { skip: withoutEnvoy, timeout: 60_000 }, async (t) => {
    const far = await ProxyUnderTest.start(inner, tunnels);
    t.after(() => far.stop());
    const near = await ProxyUnderTest.start(outer, leadingTo(far.places.listeners['unwrapping'] ?? 0));
    t.after(() => near.stop());
    for (const name of ['wrapped-connect-1', 'wrapped-connect-2', 'wrapped-post-1', 'wrapped-post-2']) {
      far.origin.begin([]);
      const { status, body } = await fetchFrom(near.places.listeners[name] ?? 0, `/${name}`, {});
      match(`${name}: ${status} ${body}`, /: 200 ok$/);
    }
  });
}

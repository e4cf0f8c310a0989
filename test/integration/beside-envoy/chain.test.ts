import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { opensslMissing } from '../../support/certificates.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { eventually } from '../../support/eventually.js';
import { fetchFrom } from '../../support/proxy.js';
import type { ProxyKind, ProxyUnderTest } from '../differential/proxy-under-test.js';
import { startEchoService } from '../grpc/echo-service.js';
import { faultsOf, startChain } from './chain.js';
import { chat, grpcClient, Http2Load } from './load.js';
import { startEchoOrigin } from './origin.js';

const requests = 320;
const atATime = 48;
const connections = 3;
const chats = 20;
const messagesEach = 12;

/** While its health check fails, a proxy sends its clients away. */
async function health({ places }: ProxyUnderTest, verdict: 'fail' | 'ok'): Promise<void> {
  await fetchFrom(places.adminPort, `/healthcheck/${verdict}`, { method: 'POST' });
}

for (const [near, far] of [
  ['envoy', 'sluice'],
  ['sluice', 'envoy'],
] as const satisfies readonly (readonly [ProxyKind, ProxyKind])[]) {
  test(`${near} before ${far} over HTTP/2 and TLS loses nothing under load`, {
    skip: withoutEnvoy || (opensslMissing() ?? false),
    timeout: 230_000,
  }, async (t) => {
    const origin = await startEchoOrigin();
    t.after(() => origin.close());
    const grpc = await startEchoService(t);
    const chain = await startChain(
      t,
      { near, far },
      { http: origin.port, grpc: grpc.port },
      {
        streams: 5,
        requestsUpstream: 40,
        requestsDownstream: 30,
      },
    );

    const load = new Http2Load(chain.port, connections);
    const client = grpcClient(chain.port);
    t.after(() => client.close());
    const errands: Promise<void>[] = [];
    const at = new Map<number, () => Promise<void>>([
      [40, () => health(chain.far, 'fail')],
      [100, () => health(chain.far, 'ok')],
      [160, () => health(chain.near, 'fail')],
      [220, () => health(chain.near, 'ok')],
    ]);
    const talks = Array.from({ length: chats }, () => chat(client, messagesEach));
    await load.run(requests, atATime, (answered) => {
      const errand = at.get(answered);
      if (errand !== undefined) errands.push(errand());
    });
    await Promise.all(errands);
    deepEqual(load.wrong, []);
    deepEqual(new Set(await Promise.all(talks)), new Set([`${messagesEach} messages, 0 OK`]));
    load.close();
    client.close();

    const all = requests + chats;
    await eventually(async () => {
      const [nearStats, farStats] = [await chain.near.stats(), await chain.far.stats()];
      return (
        nearStats.get('http.outer.downstream_rq_completed') === all &&
        farStats.get('http.inner.downstream_rq_completed') === all &&
        (nearStats.get('cluster.far.upstream_rq_active') ?? 0) === 0
      );
    });
    const [nearStats, farStats] = [await chain.near.stats(), await chain.far.stats()];
    equal(nearStats.get('cluster.far.upstream_rq_200'), all);
    equal(farStats.get('cluster.http.upstream_rq_200'), requests);
    equal(farStats.get('cluster.grpc.upstream_rq_200'), chats);
    equal(nearStats.get('cluster.far.upstream_cx_total'), farStats.get('http.inner.downstream_cx_total'));
    ok((nearStats.get('cluster.far.upstream_cx_close_notify') ?? 0) > 0, 'the near proxy was sent away');
    ok(load.sentAway > 0, 'the client was sent away');
    deepEqual(await faultsOf(chain.near, near), []);
    deepEqual(await faultsOf(chain.far, far), []);
  });
}

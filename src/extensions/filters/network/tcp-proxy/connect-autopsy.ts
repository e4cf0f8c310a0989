import type { StreamInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import { type Cluster, defaultPriority, type PoolFailure } from '../../../../api/upstream.js';
import { autopsyOf, type EndedAttempt, findingOfReset } from '../../../../upstream/attempt/autopsy.js';

/** Autopsies of one connection; more attempts than these are counted in the cluster's and not listed. */
const keptPerConnection = 16;

/** Remembers a dial that failed, in the connection's record and in the cluster; a null failure: no host could serve. */
export function noteConnectFailure(
  record: StreamInfo,
  cluster: Cluster,
  failure: PoolFailure | null,
  isRetried: boolean,
  { clock }: Pick<ThreadScope, 'clock'>,
): void {
  const nowMs = clock.now();
  const facts = failure?.facts ?? null;
  const ended: EndedAttempt = {
    cluster,
    host: failure === null ? '' : (record.upstreamHost?.address.text ?? ''),
    attempt: Math.max(1, record.attemptCount),
    priority: defaultPriority,
    startMs: facts?.startMs ?? nowMs,
    sentMs: Number.NaN,
    nowMs,
    wallMs: clock.wallMs(),
    facts,
    isRetried,
  };
  const autopsy = autopsyOf(
    ended,
    failure === null
      ? { cause: 'no-healthy-host', detail: `no host of cluster ${cluster.info.name} can serve` }
      : findingOfReset(ended, failure.reason, failure.transportFailure, failure, false),
  );
  const known = record.autopsies ?? [];
  if (known.length < keptPerConnection) record.autopsies = [...known, autopsy];
  cluster.noteFailure(autopsy);
}

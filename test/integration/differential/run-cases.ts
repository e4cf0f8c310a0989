import { isAccepted } from './accepted-differences.js';
import type { ClientStep, DifferentialCase } from './differential-case.js';
import {
  clientLines,
  difference,
  maskDefaultLine,
  maskTimes,
  namePorts,
  type Observation,
  originLines,
  parts,
  statLines,
} from './observation.js';
import type { Places, ProxyUnderTest } from './proxy-under-test.js';
import { converse } from './scripted-client.js';

/** Gauges that must be at zero when nobody is connected to a listener. */
const downstreamActive = /^(?!.*admin)(?:http|listener)\..*(?:downstream_(?:cx|rq)_(?:\w+_)?active)$/;
/** Gauges that must be at zero when the origins have closed their connections as well. */
const anyActive = /^(?!.*admin)(?:http|listener|cluster)\..*(?:stream_(?:cx|rq)_(?:\w+_)?active)$/;

/** Stats that are about the process, the admin server, or bytes of values that are masked. */
const ignoredStats = [
  /^(?:server|listener_manager|cluster_manager|runtime|main_thread|workers|filesystem|dns|tls_inspector)\./,
  /^(?:http|listener)\.admin/,
  /^thread_local/,
  /downstream_cx_tx_bytes_total$/,
  /default\.total_match_count$/,
  /_bytes_buffered$/,
  /update_attempt|update_success|update_no_rebuild|update_empty/,
];

/** Takes both proxies through the same cases and answers what was seen, by case. */
export async function observeCases(
  proxy: ProxyUnderTest,
  cases: readonly DifferentialCase[],
): Promise<Map<string, Observation>> {
  const partial: { client: string[]; origin: string[]; stats: string[] }[] = [];
  for (const it of cases) partial.push(await observeCase(proxy, it));
  const last = markOf(cases.length - 1);
  const defaultLines = splitLog(await proxy.log('defaultLog', last), cases.length);
  const customLines = splitLog(await proxy.log('customLog', last), cases.length);
  return new Map(
    cases.map((it, i) => [
      it.name,
      {
        client: partial[i]?.client ?? [],
        origin: partial[i]?.origin ?? [],
        stats: partial[i]?.stats ?? [],
        defaultLog: (defaultLines[i] ?? []).map((line) => namePorts(maskDefaultLine(line), proxy.places)),
        customLog: (customLines[i] ?? []).map((line) => namePorts(maskTimes(line), proxy.places)),
      },
    ]),
  );

  async function observeCase(
    { places, origin }: ProxyUnderTest,
    it: DifferentialCase,
  ): Promise<{ client: string[]; origin: string[]; stats: string[] }> {
    const before = await proxy.stats();
    origin.begin(it.origin ?? []);
    const port = places.listeners[it.listener ?? 'main'];
    if (port === undefined) throw new Error(`no listener ${it.listener}`);
    const view = await converse(
      { ...it, steps: it.steps.map((step) => withPorts(step, places)) },
      port,
      origin,
    );
    const released = await proxy.settled(downstreamActive);
    const requests = origin.requests;
    origin.finish();
    const unsettled = await proxy.settled(anyActive);
    // Behind the gauges: a worker may count a close between two pages.
    const stats = await proxy.stats();
    await mark(proxy, partial.length);
    const open = [...new Set([...released, ...unsettled])].map((name) => `[never back at zero] ${name}`);
    return {
      client: clientLines(view).map((line) => namePorts(line, places)),
      origin: originLines(requests, places).map((line) => namePorts(line, places)),
      stats: [...statLines(before, stats, ignoredStats), ...open],
    };
  }
}

/** `<port main>` in what the client sends becomes that origin's port. */
function withPorts(step: ClientStep, { origins }: Places): ClientStep {
  if (typeof step !== 'string') return step;
  return step.replace(/<port (\S+)>/g, (_, name: string) => String(origins[name] ?? 0));
}

/** A request of the test's own that separates the log lines of one case from those of the next. */
async function mark(proxy: ProxyUnderTest, index: number): Promise<void> {
  const port = Object.values(proxy.places.listeners)[0] as number;
  await fetch(`http://127.0.0.1:${port}/__probe/${markOf(index)}`, { headers: { connection: 'close' } }).then(
    (answer) => answer.text(),
  );
  await proxy.settled(downstreamActive);
}

function markOf(index: number): string {
  return `end-of-case-${index}.`;
}

function splitLog(text: string, count: number): string[][] {
  const groups: string[][] = [];
  let group: string[] = [];
  for (const line of text.split('\n')) {
    if (/end-of-case-\d+\./.test(line)) {
      groups.push(group);
      group = [];
    } else if (line !== '' && !line.includes('/__probe ')) {
      group.push(line);
    }
  }
  if (groups.length < count) groups.push(group);
  return groups;
}

/** What differs and is not accounted for, as text for people; empty when nothing does. */
export function unexplained(it: DifferentialCase, envoy: Observation, sluice: Observation): string {
  const text: string[] = [];
  for (const part of parts) {
    const lines = difference(envoy[part], sluice[part]).filter(
      (line) => !isAccepted(it.name, part, line) && !(it.ignores ?? []).some((pattern) => pattern.test(line)),
    );
    if (lines.length > 0) text.push(`${part}:`, ...lines.map((line) => `  ${line}`));
  }
  return text.join('\n');
}

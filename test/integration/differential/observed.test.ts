import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { withoutEnvoy } from '../../support/envoy.js';
import { isAccepted } from './accepted-differences.js';
import { namePorts } from './observation.js';
import { observedBootstrap } from './observed-bootstrap.js';
import { operatorBootstrap } from './operator-bootstrap.js';
import { ProxyUnderTest } from './proxy-under-test.js';

/** Names of every stat, used or not, with ports by name. */
async function statNames(proxy: ProxyUnderTest): Promise<Set<string>> {
  const names = new Set<string>();
  for (const line of (await proxy.admin('/stats')).split('\n')) {
    const name = /^(\S+): /.exec(line)?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}

function unexplained(theirs: ReadonlySet<string>, ours: ReadonlySet<string>): string {
  const lines = [
    ...[...theirs].filter((name) => !ours.has(name)).map((name) => `- ${name}`),
    ...[...ours].filter((name) => !theirs.has(name)).map((name) => `+ ${name}`),
  ];
  return lines.filter((line) => !isAccepted('every stat', 'stats', line)).join('\n');
}

/** The difference once it is none, or after a while: workers build their listeners when the proxy is up. */
async function settledDifference(theirs: ReadonlySet<string>, sluice: ProxyUnderTest): Promise<string> {
  const deadline = performance.now() + 3000;
  for (;;) {
    const difference = unexplained(theirs, await statNames(sluice));
    if (difference === '' || performance.now() > deadline) return difference;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('Envoy and this proxy list the same stats before any request', {
  skip: withoutEnvoy,
  timeout: 60_000,
}, async (t) => {
  const envoy = await ProxyUnderTest.start('envoy', observedBootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', observedBootstrap);
  t.after(() => sluice.stop());
  equal(await settledDifference(await statNames(envoy), sluice), '');
});

const id = 'x-request-id: 11112222-3333-4444-8555-666677778888';
/** What is said to a listener, until the proxy closes. */
const conversations: readonly (readonly [listener: string, text: string])[] = [
  ['main', `GET /x?a=1&b=long%20er&c HTTP/1.1\r\nhost: a.b:81\r\nuser-agent: agent/1\r\n${id}\r\n`],
  ['main', `GET /rewritten/y?a=%41+ HTTP/1.1\r\nhost: a.b\r\nx-a: 1\r\nx-a: 2\r\n${id}\r\n`],
  ['main', `GET /direct HTTP/1.1\r\nhost: a.b\r\n${id}\r\n`],
  ['main', `GET /refused HTTP/1.1\r\nhost: a.b\r\n${id}\r\n`],
  ['main', `GET /moved HTTP/1.1\r\nhost: a.b\r\n${id}\r\n`],
  ['main', `GET /nowhere HTTP/1.1\r\nhost: a.b\r\n${id}\r\n`],
  [
    'main',
    `POST /grpc HTTP/1.1\r\nhost: a.b\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n${id}\r\n`,
  ],
  ['main', 'GET / HTTP/1.1\r\nbad header\r\n'],
  ['stream', 'GET /tcp HTTP/1.1\r\nhost: a.b\r\n'],
  ['broken', 'x'],
];

async function logLines(proxy: ProxyUnderTest): Promise<string[]> {
  proxy.origin.begin([]);
  for (const [listener, text] of conversations) {
    await new Promise<void>((resolve) => {
      const socket = connect(proxy.places.listeners[listener] ?? 0, '127.0.0.1');
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.on('data', () => socket.end());
      socket.write(listener === 'broken' ? text : `${text}connection: close\r\n\r\n`);
    });
  }
  const lines = conversations.length * 4;
  const deadline = performance.now() + 3000;
  for (;;) {
    const found = readFileSync(proxy.places.customLog, 'utf8').trimEnd().split('\n');
    if (found.length >= lines || performance.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Field by field on lines of their own, what differs from run to run masked. */
function fields(line: string, proxy: ProxyUnderTest): string {
  const masked = line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d{4})/g, '<time>')
    .replace(/("?\w*DURATION(?:\([\w:]+\))?"?[:=])\d+/g, '$1<n>')
    .replace(/("?STREAM_ID"?[:=]"?)(?!1111)[0-9a-f-]{36}/, '$1<id>')
    .replace(/("?UPSTREAM_REMOTE_PORT"?[:=])\d+/, '$1<port>');
  return namePorts(masked, proxy.places).replaceAll(/\t|,"/g, '\n');
}

test('Envoy and this proxy fill every operator alike', { skip: withoutEnvoy, timeout: 60_000 }, async (t) => {
  const envoy = await ProxyUnderTest.start('envoy', operatorBootstrap);
  t.after(() => envoy.stop());
  const sluice = await ProxyUnderTest.start('sluice', operatorBootstrap);
  t.after(() => sluice.stop());
  const [theirs, ours] = await Promise.all([logLines(envoy), logLines(sluice)]);
  equal(ours.length, theirs.length);
  for (const [i, line] of theirs.entries()) {
    const name = `${conversations[Math.floor(i / 4)]?.[1].split('\r\n')[0]}, format ${i % 4}`;
    await t.test(name, () => equal(fields(ours[i] ?? '', sluice), fields(line, envoy)));
  }
});

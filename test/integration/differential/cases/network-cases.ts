import { type ClientStep, type DifferentialCase, get } from '../differential-case.js';

const bytes = get('/bytes');

/** Bytes to and fro on a connection that the client ends. */
function carried(name: string, listener: string): DifferentialCase {
  return {
    name: `network: ${name}`,
    listener,
    steps: [bytes, { responses: 1 }, 'end', 'closed'],
    probes: false,
  };
}

/** The proxy closes whatever the client sends. */
function refused(name: string, listener: string, steps: readonly ClientStep[] = [bytes]): DifferentialCase {
  return { name: `network: ${name}`, listener, steps: [...steps, 'closed'], probes: false };
}

const signature = '\r\n\r\n\0\r\nQUIT\n';
/** A header of version 2: command and family, then addresses and TLVs. */
function binary(first: string, rest: string): string {
  const { length } = rest;
  return `${signature}${first}${String.fromCharCode(length >> 8, length & 255)}${rest}`;
}
const four = '\x0a\x00\x00\x01\x0a\x00\x00\x02\x10\x00\x00\x50';
const six = `\x20\x01${'\0'.repeat(13)}\x01\x20\x01${'\0'.repeat(13)}\x02\x10\x00\x00\x50`;
const tlv = (type: string, value: string): string => `${type}\0${String.fromCharCode(value.length)}${value}`;

/** Headers that are read, and those that are not. */
const proxyHeaders: readonly (readonly [name: string, header: string, isRead: boolean])[] = [
  ['of version 1', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\r\n', true],
  ['of version 1 and IPv6', 'PROXY TCP6 2001::1 2001::2 4096 80\r\n', true],
  ['that is unknown', 'PROXY UNKNOWN\r\n', true],
  ['that is unknown, with addresses', 'PROXY UNKNOWN a b c d\r\n', true],
  ['without a port', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096\r\n', false],
  ['with a port too many', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 80 81\r\n', false],
  ['of the wrong family', 'PROXY TCP4 2001::1 2001::2 4096 80\r\n', false],
  ['of the other wrong family', 'PROXY TCP6 10.0.0.1 10.0.0.2 4096 80\r\n', false],
  ['with a large port', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 65536\r\n', false],
  ['with no number for a port', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 x\r\n', false],
  ['with a signed port', 'PROXY TCP4 10.0.0.1 10.0.0.2 4096 +80\r\n', false],
  ['with no address', 'PROXY TCP4 10.0.0 10.0.0.2 4096 80\r\n', false],
  ['from everywhere', 'PROXY TCP4 0.0.0.0 10.0.0.2 4096 80\r\n', false],
  ['from a group', 'PROXY TCP4 224.0.0.1 10.0.0.2 4096 80\r\n', false],
  ['to everybody', 'PROXY TCP4 10.0.0.1 255.255.255.255 4096 80\r\n', false],
  ['over UDP', 'PROXY UDP4 10.0.0.1 10.0.0.2 4096 80\r\n', false],
  ['without a family', 'PROXY \r\n', false],
  ['in lower case', 'proxy TCP4 10.0.0.1 10.0.0.2 4096 80\r\n', false],
  ['with a bare line feed', `PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\n${'x'.repeat(100)}`, false],
  ['that is too long', `PROXY UNKNOWN ${'x'.repeat(120)}\r\n`, false],
  ['that just fits', `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, true],
  ['of version 2', binary('\x21\x11', four), true],
  ['of version 2 and IPv6', binary('\x21\x21', six), true],
  ['of version 2 for itself', binary('\x20\x00', ''), true],
  ['of version 2 for itself, with addresses', binary('\x20\x11', four), true],
  ['of version 2 over UDP', binary('\x21\x12', four), false],
  ['of version 2 over Unix sockets', binary('\x21\x31', 'u'.repeat(216)), false],
  ['of version 2 without family', binary('\x21\x00', ''), false],
  ['of version 3', binary('\x31\x11', four), false],
  ['of another command', binary('\x22\x11', four), false],
  ['of version 2 that is short', binary('\x21\x11', four.slice(0, 8)), false],
  ['with TLVs', binary('\x21\x11', `${four}${tlv('\x02', 'a.example')}${tlv('\xe0', '\0\xff')}`), true],
  ['with bytes that are no text', binary('\x21\x11', `${four}${tlv('\x02', 'a\xff\xfeb\xc3\xa4')}`), true],
  ['with a TLV twice', binary('\x21\x11', `${four}${tlv('\x02', 'one')}${tlv('\x02', 'two')}`), true],
  ['with a TLV that is cut off', binary('\x21\x11', `${four}\x02\0\x09short`), false],
  ['with two bytes of a TLV', binary('\x21\x11', `${four}\x02\0`), false],
  ['for itself, with TLVs', binary('\x20\x00', tlv('\x02', 'local')), true],
];

function proxied(listener: string): DifferentialCase[] {
  return proxyHeaders.map(([name, header, isRead]) => {
    const steps = isRead ? [header + bytes, { responses: 1 }, 'end' as const] : [header + bytes];
    const ignores = isRead ? [] : [/upstream_|downstream_cx_rx_bytes|downstream_cx_length|^. listener .*rx=/];
    return {
      name: `network: PROXY header ${name} on ${listener}`,
      listener,
      steps: [...steps, 'closed' as const],
      probes: false,
      ignores,
    };
  });
}

/** To a listener that hands connections over to the one of their destination. */
function handedOver(name: string, destination: string): DifferentialCase {
  const steps = [
    `PROXY TCP4 10.0.0.1 ${destination}\r\n${bytes}`,
    { responses: 1 },
    'end',
    'closed',
  ] as const;
  return { name: `network: ${name}`, listener: 'handing-over', steps, probes: false };
}

/** Listed before the first connection in Envoy. */
const lazyGauges = [/cluster\.(?:subsets\.lb_subsets|hashed\.ring_hash_lb)/];

export const networkCases: readonly DifferentialCase[] = [
  carried('bytes without filters', 'direct'),
  handedOver('a connection for the address of another listener', '10.0.0.2 4096 80'),
  handedOver('a connection for the wildcard of another listener', '10.0.0.3 4096 81'),
  handedOver('a connection for no listener', '10.0.0.3 4096 82'),
  carried('a connection that was not redirected', 'restoring'),
  carried('one connection under a limit of one', 'limit-one'),
  carried('a limit that runtime switched off', 'limit-off'),
  carried('two limits of one in a row', 'limit-twice'),
  carried('the first connection under a rate limit', 'rate-one'),
  refused('the second connection under a rate limit', 'rate-one', []),
  carried('a rate limit that runtime switched off', 'rate-off'),
  carried('a rate limit that runtime switched off, again', 'rate-off'),
  carried('the first connection of a shared rate limit', 'rate-shared'),
  refused('the second connection of a shared rate limit, elsewhere', 'rate-shared-too', []),
  carried('the first connection under a listener rate limit', 'rate-listener'),
  refused('the second connection under a listener rate limit', 'rate-listener', []),
  carried('rbac allows', 'rbac-allow'),
  refused('rbac allows nobody', 'rbac-none'),
  refused('rbac denies', 'rbac-deny'),
  carried('rbac logs', 'rbac-log'),
  carried('rbac in the shadow', 'rbac-shadow'),
  carried('rbac and its shadow', 'rbac-both'),
  {
    name: 'network: rbac judges each read',
    listener: 'rbac-continuous',
    steps: [bytes, { responses: 1 }, bytes, { responses: 2 }, 'end', 'closed'],
    probes: false,
  },
  refused('rbac denies after a while', 'rbac-delayed'),
  refused('rbac of another port', 'rbac-port'),
  carried('rbac by filter state', 'rbac-state'),
  carried('rbac without rules', 'rbac-only'),
  { name: 'network: rbac and no byte', listener: 'rbac-deny', steps: ['end', 'closed'], probes: false },
  carried('filter state names the cluster', 'state-cluster'),
  {
    ...refused('filter state names a cluster that is not there, once', 'state-missing', []),
    // It is over before the stats that it makes are known.
    ignores: [/^. (?:listener|tcp)\.state-missing\./],
  },
  refused('filter state names a cluster that is not there', 'state-missing', []),
  carried('filter state at the first bytes', 'state-late'),
  refused('filter state sets the idle timeout', 'state-idle', []),
  carried('a connection without server name', 'no-sni'),
  { ...carried('a subset', 'subset'), ignores: lazyGauges },
  refused('a subset without hosts', 'subset-missing', []),
  carried('a subset of a weighted cluster', 'subset-weighted'),
  { ...carried('hashed by the source', 'hash-source'), ignores: lazyGauges },
  ...[1, 2, 3, 4].map((n) => ({
    name: `network: hashed by source ${n}`,
    listener: 'hash-proxied',
    steps: [
      `PROXY TCP4 10.0.0.${n} 10.0.0.2 4096 80\r\n${bytes}`,
      { responses: 1 },
      'end',
      'closed',
    ] as const,
    probes: false,
  })),
  carried('hashed by filter state', 'hash-state'),
  refused('attempts with back-off', 'attempts', []),
  carried('log lines at the start and when connected', 'logs-all'),
  carried('dialled at the first byte', 'early'),
  {
    ...carried('dialled behind a handshake that is none', 'handshake'),
    // Whether the bytes or the upstream come first is a race.
    ignores: [/early_data_received_count_total/],
  },
  refused('a connection that may not last', 'lasting', []),
  refused('an idle connection', 'idle', []),
  refused('a cluster without hosts', 'no-hosts', []),
  carried('a weighted cluster', 'no-cluster-yet'),
  {
    name: 'network: the origin ends first',
    listener: 'direct',
    steps: [bytes, { responses: 1 }, 'closed'],
    origin: [[{ send: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok' }, 'close']],
    probes: false,
  },
  {
    name: 'network: the origin resets',
    listener: 'direct',
    steps: [bytes, 'closed'],
    origin: [['reset']],
    probes: false,
  },
  {
    name: 'network: the client resets',
    listener: 'direct',
    steps: [bytes, { responses: 1 }, 'reset'],
    probes: false,
  },
  ...proxied('proxied'),
  ...proxied('proxied-state').filter(({ name }) => name.includes('TLV twice')),
  ...proxied('proxied-second').filter(({ name }) => / of version /.test(name)),
  {
    name: 'network: a PROXY header in pieces',
    listener: 'proxied',
    steps: ['PROX', 'Y TCP4 10.0.0.1 10.0', '.0.2 4096 80\r\n', bytes, { responses: 1 }, 'end', 'closed'],
    probes: false,
  },
  carried('no PROXY header where none is needed', 'proxied-maybe'),
  {
    name: 'network: a PROXY header where none is needed',
    listener: 'proxied-maybe',
    steps: [`PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\r\n${bytes}`, { responses: 1 }, 'end', 'closed'],
    probes: false,
  },
  {
    name: 'network: half a PROXY header',
    listener: 'proxied',
    steps: ['PROXY TCP4', 'end', 'closed'],
    probes: false,
  },
  refused('no PROXY header where one is needed', 'proxied'),
  {
    name: 'network: a PROXY header of version 1 where only that is read',
    listener: 'proxied-first',
    steps: [`PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\r\n${bytes}`, { responses: 1 }, 'end', 'closed'],
    probes: false,
  },
];

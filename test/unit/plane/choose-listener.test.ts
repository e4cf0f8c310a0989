import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { type ProbeText, parseProbe } from '../../../src/admin/probe.js';
import type { Explanation, Probe } from '../../../src/api/explain.js';
import type { ListenerConfig } from '../../../src/network/listener-config.js';
import { type AskedListener, explainProbe, withoutListener } from '../../../src/plane/choose-listener.js';

const nothing: ProbeText = {
  request: '',
  headers: [],
  listener: '',
  source: '',
  destination: '',
  sni: '',
  alpn: '',
  isHttp2: false,
  random: '',
};

function probe(request: string, more: Partial<ProbeText> = {}): Probe {
  const parsed = parseProbe({ ...nothing, ...more, request });
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

interface Shape {
  readonly isTls?: boolean;
  readonly isHttp?: boolean;
  readonly address?: string;
}

/** A listener that answers with the probe it was asked. */
function listener(
  name: string,
  port: number,
  { isTls, isHttp = true, address = '0.0.0.0' }: Shape = {},
): AskedListener {
  const typeUrl = isHttp ? 'a.v3.HttpConnectionManager' : 'a.v3.TcpProxy';
  const config = {
    name,
    bind: [{ address, port, isPipe: false, pipeMode: 0, ipv4Compat: false }],
    chains: [{ filters: [{ name: '', typeUrl, config: null }], transport: isTls === true ? {} : null }],
    defaultChain: null,
  } as unknown as ListenerConfig;
  const view = { name, addresses: [], origin: '', why: '', listenerFilters: [] };
  return {
    config,
    explain: (asked): Explanation => ({
      ...withoutListener(asked, ''),
      listener: view,
      notes: [asked.destinationIp],
    }),
  };
}

function chosen(listeners: readonly AskedListener[], asked: Probe): readonly (string | undefined)[] {
  const { listener: view } = explainProbe(listeners, asked);
  return [view?.name, view?.why];
}

const several = [
  listener('plain', 8080),
  listener('secure', 8443, { isTls: true }),
  listener('here', 9000, { address: '10.0.0.1' }),
  listener('there', 9000, { address: '10.0.0.2' }),
  listener('db', 5432, { isHttp: false }),
];

test('the port of the URL decides, and the address where several listen on it', () => {
  deepEqual(chosen(several, probe('https://a.test:8443/')), ['secure', 'it listens on port 8443']);
  deepEqual(chosen(several, probe('tcp://db:5432')), ['db', 'it listens on port 5432']);
  const there = explainProbe(several, probe('http://a.test:9000/', { destination: '10.0.0.2' }));
  deepEqual([there.listener?.name, there.notes], ['there', ['10.0.0.2']]);
});

test('without such a port the first that speaks what the URL says is asked', () => {
  deepEqual(chosen(several, probe('https://a.test/')), [
    'secure',
    'none listens on port 443, and it takes HTTP over TLS',
  ]);
  match(
    String(chosen(several, probe('http://a.test/'))[1]),
    /HTTP in clear text; 2 others do as well, see --listener/,
  );
  deepEqual(chosen(several, probe('tcp://db:1'))[0], 'db');
});

test('one listener is asked whatever its port', () => {
  deepEqual(chosen([listener('only', 0)], probe('http://a.test/')), [
    'only',
    'the only one; it does not listen on port 80',
  ]);
});

test('a listener may be named; a wrong name is told with the right ones', () => {
  deepEqual(chosen(several, probe('http://a.test/', { listener: 'db' }))[0], 'db');
  equal(
    explainProbe(several, probe('http://a.test/', { listener: 'x' })).problem,
    "no listener 'x'; there are plain, secure, here, there, db",
  );
  equal(explainProbe([], probe('http://a.test/')).problem, 'there is no listener');
});

import { deepEqual } from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import {
  assignmentOf,
  DiscoveryServer,
  discovered,
  type RestQuestion,
} from '../../support/discovery-server.js';
import { withoutEnvoy } from '../../support/envoy.js';
import { assignmentShapes, type RestStep } from './assignment-shapes.js';
import { address } from './families/filter-family.js';
import { difference } from './observation.js';
import { type ProxyKind, ProxyUnderTest } from './proxy-under-test.js';

const hosts = (...ports: readonly number[]) => assignmentOf('service', ports);

const answers: readonly RestStep[] = [
  { name: 'a failure before anything is known', answer: { status: 500, body: 'out of order' } },
  { name: 'a first answer', answer: discovered('1', hosts(1, 2)) },
  { name: 'the same again', answer: discovered('1', hosts(1, 2)) },
  { name: 'the same under another version', answer: discovered('2', hosts(1, 2)) },
  { name: 'nothing new', answer: { status: 304, body: '' } },
  { name: 'no JSON', answer: { status: 200, body: '{broken' } },
  { name: 'no message', answer: { status: 200, body: '[]' } },
  { name: 'nothing at all', answer: { status: 200, body: '' } },
  { name: 'hosts of another service', answer: discovered('3', assignmentOf('other', [1])) },
  { name: 'two assignments', answer: discovered('4', hosts(1), hosts(2)) },
  { name: 'none', answer: discovered('5') },
  { name: 'other hosts', answer: discovered('6', hosts(2, 3)) },
  {
    name: 'a priority that is too high',
    answer: discovered('7', { ...hosts(4), endpoints: [{ priority: 129 }] }),
  },
  {
    name: 'a field that is none',
    answer: { status: 200, body: JSON.stringify({ version_info: '8', odd: 1, resources: [hosts(4)] }) },
  },
  { name: 'a redirect', answer: { status: 302, body: '' } },
  { name: 'no hosts any more', answer: discovered('9', hosts()) },
  { name: 'no answer', answer: null },
  { name: 'hosts again', answer: discovered('10', hosts(5)) },
];

/** What may be compared of a page of stats: no times, no hashes. */
const compared = /^cluster\.(?!.*(?:_time:|_duration:|\.version:|_ms:|: P0|bytes|length|version_text: ""))/;

function fetchPage(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** Stats that were used, and the hosts. */
async function pagesOf(adminPort: number): Promise<readonly string[]> {
  const stats = await fetchPage(adminPort, '/stats?filter=^cluster\\.(service|asked)\\.&usedonly');
  const clusters = await fetchPage(adminPort, '/clusters');
  return [
    ...stats.split('\n').filter((line) => compared.test(line) && !line.endsWith(': 0')),
    ...clusters
      .split('\n')
      .filter((line) =>
        /^service::.*::(?:hostname|health_flags|weight|region|zone|canary|priority)::/.test(line),
      ),
  ].sort();
}

/** A question without what only Envoy says of itself, and without the length of all that. */
function questionOf({ method, path, headers, body }: RestQuestion): string {
  const { node, ...rest } = JSON.parse(body);
  const { extensions: _, user_agent_build_version: build, ...told } = node;
  const version = `${build.version.major_number}.${build.version.minor_number}`;
  const fields = headers.map((text, i) => (headers[i - 1] === 'content-length' ? '*' : text));
  return JSON.stringify([method, path, fields, { ...told, version }, rest]);
}

/** What each answer did, seen when the next question comes: then it is in force. */
async function observe(kind: ProxyKind, script: readonly RestStep[]): Promise<readonly string[]> {
  let adminPort = 0;
  let done = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const seen: string[] = [];
  const server = new DiscoveryServer(async (question, index) => {
    if (index > script.length) return null;
    seen.push(questionOf(question));
    if (index > 0) {
      const { name = '' } = script[index - 1] ?? {};
      seen.push(...(await pagesOf(adminPort)).map((line) => `after ${name}: ${line}`));
    }
    if (index === script.length) done();
    return script[index]?.answer ?? null;
  });
  const port = await server.listen();
  const source = {
    api_type: 'REST',
    transport_api_version: 'V3',
    cluster_names: ['asked'],
    refresh_delay: '0.05s',
    request_timeout: '0.7s',
  };
  const assignment = { endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }] };
  const proxy = await ProxyUnderTest.start(kind, {
    name: 'discovery by REST',
    extension: 'json',
    listeners: [],
    origins: [],
    text: (places) => {
      adminPort = places.adminPort;
      return JSON.stringify({
        node: { id: 'node-1', cluster: 'cluster-1', metadata: { rack: 7 } },
        admin: { address: address(adminPort) },
        static_resources: {
          clusters: [
            {
              name: 'service',
              type: 'EDS',
              eds_cluster_config: { eds_config: { resource_api_version: 'V3', api_config_source: source } },
            },
            { name: 'asked', type: 'STATIC', load_assignment: { cluster_name: 'asked', ...assignment } },
          ],
        },
      });
    },
  });
  try {
    await finished;
    return seen;
  } finally {
    await proxy.stop();
    server.close();
  }
}

async function compare(script: readonly RestStep[]): Promise<void> {
  const [theirs, ours] = await Promise.all([observe('envoy', script), observe('sluice', script)]);
  deepEqual(difference(theirs, ours), []);
}

test('assignments by REST are asked for and taken as the real Envoy does', { skip: withoutEnvoy }, () =>
  compare(answers),
);

test('assignments of every shape make the hosts of the real Envoy', { skip: withoutEnvoy }, () =>
  compare(assignmentShapes),
);

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConfigCase,
  FORM_CASES,
  JSON_CASES,
  QUIET_CASES,
  RULE_CASES,
  TYPE_CASES,
} from './config-cases.js';
import { filesOf, loadText } from './fixtures.js';

function check({ text, file, path, says }: ConfigCase): void {
  const { problems } = loadText(text, file);
  if (path === undefined) {
    deepEqual(problems, []);
    return;
  }
  deepEqual(
    problems.map((problem) => problem.path),
    [path],
  );
  ok(problems[0]?.message.includes(says ?? ''), problems[0]?.message);
  match(problems[0]?.location ?? '', /^x\.\w+:\d+:\d+$/);
}

for (const entry of [...FORM_CASES, ...QUIET_CASES, ...TYPE_CASES, ...RULE_CASES])
  test(entry.name, () => check(entry));
for (const entry of JSON_CASES) test(`JSON: ${entry.name}`, () => check(entry));

const TEN_MISTAKES = `node: {id: 7}
admin:
  adress: {}
stats_flush_interval: 5 s
static_resources:
  listeners:
  - name: a
    address:
      socket_address: {address: 127.0.0.1, port_value: 70000}
    drain_type: SOMETIMES
  clusters:
  - connect_timeout: 0s
  - name: b
    type: STATIC
    cluster_type: {name: x}
    per_connection_buffer_limit_bytes: many
    load_assignment:
      endpoints: []
`;

test('ten mistakes in one file are told at once, each with its place', () => {
  const { problems } = loadText(TEN_MISTAKES);
  deepEqual(problems.map((p) => `${p.location} ${p.path}`).sort(), [
    'x.yaml:10:17 static_resources.listeners[0].drain_type',
    'x.yaml:12:5 static_resources.clusters[0].connect_timeout',
    'x.yaml:12:5 static_resources.clusters[0].name',
    'x.yaml:15:5 static_resources.clusters[1].cluster_type',
    'x.yaml:16:40 static_resources.clusters[1].per_connection_buffer_limit_bytes',
    'x.yaml:18:7 static_resources.clusters[1].load_assignment.cluster_name',
    'x.yaml:1:12 node.id',
    'x.yaml:3:3 admin.adress',
    'x.yaml:4:23 stats_flush_interval',
    'x.yaml:9:44 static_resources.listeners[0].address.socket_address.port_value',
  ]);
});

test('a syntax error is one problem with its place, and no rule is checked', () => {
  const { problems } = loadText('static_resources:\n  clusters:\n  - name: "c\n');
  equal(problems.length, 1);
  equal(problems[0]?.location, 'x.yaml:3:11');
});

test('the text of --config-yaml is merged over the file', () => {
  const loaded = loadText(
    'node: {id: a, cluster: b, client_features: [x]}\nadmin: {address: {pipe: {path: p}}}\n',
    'x.yaml',
    {
      yamlText:
        'node: {id: z, client_features: w}\nadmin: {address: {socket_address: {address: a, port_value: 1}}}\n',
    },
  );
  deepEqual(loaded.problems, []);
  deepEqual(loaded.json(), {
    node: { id: 'z', cluster: 'b', client_features: ['x', 'w'] },
    admin: { address: { socket_address: { address: 'a', port_value: 1 } } },
  });
});

test('clusters of --config-yaml follow those of the file, with paths that count on', () => {
  const loaded = loadText('static_resources: {clusters: [{name: a}]}\n', 'x.yaml', {
    yamlText: 'static_resources: {clusters: [{name: ""}]}\n',
  });
  deepEqual(
    loaded.problems.map((p) => [p.location, p.path]),
    [['--config-yaml:1:32', 'static_resources.clusters[1].name']],
  );
});

test('--config-yaml alone is enough', () => {
  const loaded = loadText('', '', { path: undefined, yamlText: 'node: {id: a}' });
  deepEqual(loaded.problems, []);
  equal(loaded.root.message('node')?.string('id'), 'a');
});

test('a file that cannot be read is a problem', () => {
  const { problems } = loadText('', 'x.yaml', { files: filesOf({}) });
  deepEqual(problems, [{ location: 'x.yaml', path: '', message: 'unable to read file: no such file' }]);
});

test('unknown fields may be warnings', () => {
  const loaded = loadText('node: {idd: a}\n', 'x.yaml', { unknownFields: 'warn' });
  deepEqual(loaded.problems, []);
  equal(loaded.finish().warnings[0]?.path, 'node.idd');
});

test('a deprecated field warns once, a repeated key too', () => {
  const outcome = loadText(
    'static_resources:\n  clusters:\n  - {name: a, respect_dns_ttl: true}\n  - {name: b, name: c, respect_dns_ttl: true}\n',
  ).finish();
  deepEqual(
    outcome.warnings.map((w) => w.location),
    ['x.yaml:4:6', 'x.yaml:3:15'],
  );
});

test('the tree is printed as a config dump: proto names, exact durations, secrets redacted', () => {
  const loaded = loadText(`
static_resources:
  secrets:
  - name: s
    tls_certificate:
      private_key: {inline_string: hidden}
      certificate_chain: {inline_string: shown}
  clusters:
  - name: c
    connectTimeout: {nanos: 250000000}
    type: strict_dns
    per_connection_buffer_limit_bytes: 0x10
    metadata: {filter_metadata: {a: {b: [1, true, ~, 2.50]}}}
    max_requests_per_connection: {value: 3}
    respect_dns_ttl: false
`);
  deepEqual(loaded.problems, []);
  deepEqual(loaded.json(), {
    static_resources: {
      clusters: [
        {
          name: 'c',
          type: 'STRICT_DNS',
          connect_timeout: '0.250s',
          max_requests_per_connection: 3,
          metadata: { filter_metadata: { a: { b: [1, true, null, '2.50'] } } },
          per_connection_buffer_limit_bytes: 16,
        },
      ],
      secrets: [
        {
          name: 's',
          tls_certificate: {
            certificate_chain: { inline_string: 'shown' },
            private_key: { inline_string: '[redacted]' },
          },
        },
      ],
    },
  });
});

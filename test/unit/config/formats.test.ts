import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import protojson from 'protobufjs/ext/protojson.js';
import { type FieldType, typeCatalog } from '../../../src/config/descriptors/message-type.js';
import { loadResource } from '../../../src/config/load.js';
import type { Json } from '../../../src/config/tree/message-json.js';
import { filesOf, loadText, registryOf } from './fixtures.js';
import { nodeModules } from './node-modules.js';

const CLUSTER = 'envoy.config.cluster.v3.Cluster';
const NODE = 'envoy.config.core.v3.Node';

function anyScalar(field: FieldType): fc.Arbitrary<unknown> {
  switch (field.scalar) {
    case 'string':
      return fc.string({ minLength: 1 });
    case 'bytes':
      return fc
        .uint8Array({ minLength: 1, maxLength: 8 })
        .map((bytes) => Buffer.from(bytes).toString('base64'));
    case 'bool':
      return fc.boolean();
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'float':
      return fc.float({ noNaN: true, noDefaultInfinity: true });
    case 'int32':
      return fc.integer();
    case 'int64':
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String);
    case 'uint64':
      return fc.bigInt(0n, 2n ** 64n - 1n).map(String);
    default:
      return fc.nat();
  }
}

function anyValue(field: FieldType, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case 'enum':
      return fc.constantFrom(...field.enum.names());
    case 'duration':
      return fc
        .tuple(fc.nat(), fc.nat(999))
        .map(([s, ms]) => (ms === 0 ? `${s}s` : `${s}.${String(ms).padStart(3, '0')}s`));
    case 'struct':
      return fc.dictionary(
        fc.string(),
        fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.constant(null), fc.array(fc.string())),
      );
    case 'message':
      return anyMessage(field.message.name, depth + 1);
    case 'any':
      return anyMessage(NODE, depth + 1).map((fields) => ({
        '@type': `type.googleapis.com/${NODE}`,
        ...fields,
      }));
    default:
      return anyScalar(field);
  }
}

function anyField(field: FieldType, depth: number): fc.Arbitrary<unknown> {
  if (field.isList) return fc.array(anyValue(field, depth), { minLength: 1, maxLength: 3 });
  if (field.isMap)
    return fc.dictionary(fc.string({ minLength: 1 }), anyValue(field, depth), { minKeys: 1, maxKeys: 3 });
  return anyValue(field, depth);
}

/** Some fields of a type, at most one of each oneof. */
function anyMessage(name: string, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const fields = typeCatalog()
    .messageOrEmpty(name)
    .fields.filter((f) => f.kind !== 'text' && !f.isSensitive && !f.isDisallowed);
  if (depth > 3 || fields.length === 0) return fc.constant({});
  return fc
    .shuffledSubarray([...fields], { maxLength: Math.min(4, fields.length) })
    .map((chosen) => {
      const oneofs = new Set<string>();
      return chosen.filter(({ schema }) => {
        if (schema.oneof === '' || !oneofs.has(schema.oneof)) return Boolean(oneofs.add(schema.oneof));
        return false;
      });
    })
    .chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map((field) => [field.name, anyField(field, depth)]))),
    );
}

/** Rules may be broken by random values; the form may not. */
const ofForm = (problems: readonly { message: string }[]): readonly string[] =>
  problems.map((p) => p.message).filter((text) => /unknown field|exclude each other|not valid/.test(text));

const tree = fc
  .constantFrom(CLUSTER, 'envoy.config.bootstrap.v3.Bootstrap')
  .chain((rootType) => fc.tuple(fc.constant(rootType), anyMessage(rootType, 0)));

test('random trees of the v3 types print and are read back the same', () => {
  fc.assert(
    fc.property(tree, ([rootType, value]) => {
      const first = loadText(JSON.stringify(value), 'x.json', { rootType });
      deepEqual(ofForm(first.problems), []);
      const printed: Json = first.json();
      deepEqual(loadText(JSON.stringify(printed), 'x.json', { rootType }).json(), printed);
      // JSON is YAML, but for the meaning of decimals in a Struct.
      const yaml = loadText(JSON.stringify(printed), 'x.yaml', { rootType }).json();
      deepEqual(yaml, printed);
    }),
    { numRuns: 150, seed: 11 },
  );
});

const BOOTSTRAP_YAML = `
node: {id: a, cluster: b, metadata: {x: [1, true, ~, {y: z}]}, client_features: [p, q]}
stats_server_version_override: "18446744073709551615"
static_resources:
  clusters:
  - name: c
    type: STRICT_DNS
    connect_timeout: 0.25s
    per_connection_buffer_limit_bytes: 7
    common_lb_config: {healthy_panic_threshold: {value: 12.5}}
    typed_extension_protocol_options:
      k:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    outlier_detection: {consecutive_5xx: 0}
    load_assignment:
      cluster_name: c
      endpoints: [{priority: 1, lb_endpoints: [{endpoint: {address: {pipe: {path: /p}}}}]}]
stats_config: {histogram_bucket_settings: [{match: {prefix: a}, buckets: [0.5, 1, 10]}]}
`;

function protobufRoot(): protobuf.Root {
  const modules = nodeModules();
  const deps = join(modules, '@grpc/grpc-js-xds/deps');
  const roots = ['envoy-api', 'xds', 'protoc-gen-validate', 'googleapis'].map((name) => join(deps, name));
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    const found = [...roots, join(modules, 'protobufjs')].map((directory) => join(directory, target));
    return found.find((path) => readable(path)) ?? null;
  };
  const empty = 'syntax="proto3"; package opencensus.proto.trace.v1; message TraceConfig {}';
  protobuf.parse(empty, root, { keepCase: true });
  root.loadSync(
    [
      'envoy/config/bootstrap/v3/bootstrap.proto',
      'envoy/extensions/upstreams/http/v3/http_protocol_options.proto',
    ],
    { keepCase: true },
  );
  return root;
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

test('binary protobuf gives the same tree as the file it was made of', () => {
  protojson.install();
  const fromYaml = loadText(BOOTSTRAP_YAML);
  deepEqual(fromYaml.problems, []);
  const type = protobufRoot().lookupType('envoy.config.bootstrap.v3.Bootstrap');
  const bytes = type.encode(type.fromJson(fromYaml.json())).finish();
  const options = {
    rootType: 'envoy.config.bootstrap.v3.Bootstrap',
    registry: registryOf([]),
    files: filesOf({}),
    unknownFields: 'reject' as const,
  };
  const loaded = loadResource({ source: 'xds:bootstrap', bytes, ...options });
  deepEqual(loaded.problems, []);
  deepEqual(loaded.json(), fromYaml.json());
  deepEqual(loaded.root.message('node')?.originOf('id'), {
    source: 'xds:bootstrap',
    line: 0,
    column: 0,
    path: 'node.id',
  });
  for (let end = 1; end < bytes.length; end += 7) {
    const cut = loadResource({ source: 'xds:cut', bytes: bytes.subarray(0, end), ...options });
    ok(cut.problems.every((p) => p.location === 'xds:cut'));
  }
});

test('binary protobuf with an unknown field is refused, warned of or let pass', () => {
  const bytes = Uint8Array.of(0xf8, 0xff, 0x01, 0x05);
  const of = (unknownFields: 'reject' | 'warn' | 'ignore'): ReturnType<typeof loadResource> =>
    loadResource({
      source: 's',
      bytes,
      rootType: NODE,
      registry: registryOf([]),
      files: filesOf({}),
      unknownFields,
    });
  equal(of('reject').problems.length, 1);
  equal(of('warn').finish().warnings.length, 1);
  equal(of('ignore').finish().warnings.length, 0);
});

test('text protobuf gives the same tree as YAML', () => {
  const text = `
node { id: "a" cluster: 'b' "c", metadata { fields { key: "x" value { list_value { values { number_value: 1 } values { bool_value: true } } } } }
  client_features: ["p", "q"] }  # a comment
static_resources {
  clusters { name: "c\\x21" type: STRICT_DNS connect_timeout { nanos: 250000000 } per_connection_buffer_limit_bytes { value: 0x7 }
    typed_extension_protocol_options { key: "k" value {
      [type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions] { explicit_http_config < http2_protocol_options {} > } } }
  }
  clusters { name: "d" }
}`;
  const loaded = loadText(text, 'x.pb_text');
  deepEqual(loaded.problems, []);
  deepEqual(loaded.json(), {
    node: { id: 'a', cluster: 'bc', metadata: { x: [1, true] }, client_features: ['p', 'q'] },
    static_resources: {
      clusters: [
        {
          name: 'c!',
          type: 'STRICT_DNS',
          connect_timeout: '0.250s',
          per_connection_buffer_limit_bytes: 7,
          typed_extension_protocol_options: {
            k: {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
        },
        { name: 'd' },
      ],
    },
  });
  match(loadText('node { id: "a', 'x.pb_text').problems[0]?.message ?? '', /closing quote/);
});

import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { loadDescriptors } from '../../../src/config/descriptors/load-descriptors.js';
import { typeCatalog } from '../../../src/config/descriptors/message-type.js';
import { mergeSchemas, parseSchemas, printSchemas } from '../../../src/config/descriptors/notation.js';
import { flattenRules } from '../../../src/config/descriptors/rules.js';
import { isScalar } from '../../../src/config/descriptors/schema.js';

const TEXT = `message a.v3.M
oneof kind required
1 name string of kind {"min_len":1,"pattern":"^a b$"}
2 items repeated .Duration deprecated {"items":{"gt":0}}
3 by_key map<string,a.v3.M> sensitive
4 count int64 optional disallowed
enum a.v3.M.E
0 ZERO
1 ONE deprecated
`;

test('the notation prints what it reads', () => equal(printSchemas(parseSchemas(TEXT)), TEXT));

test('a line that is no field is refused', () => {
  throws(() => parseSchemas('message a.M\nname string\n'), /not a field/);
  throws(() => parseSchemas('1 name string\n'), /neither message nor enum/);
});

test('an overlay adds fields and replaces those of the same number', () => {
  const base = parseSchemas(TEXT);
  mergeSchemas(
    base,
    parseSchemas('message a.v3.M\n 1 title string\n 9 more bool\n\nenum a.v3.M.E\n 2 TWO\nmessage a.v3.N\n'),
  );
  const fields = base.messages.get('a.v3.M')?.fields.map((f) => f.name);
  deepEqual(fields?.sort(), ['by_key', 'count', 'items', 'more', 'title']);
  deepEqual(
    base.enums.get('a.v3.M.E')?.values.map((v) => v.name),
    ['ZERO', 'ONE', 'TWO'],
  );
  ok(base.messages.has('a.v3.N'));
});

test('rules lose the layer that names the type, durations become milliseconds', () => {
  deepEqual(flattenRules({ duration: { gt: {}, lte: { seconds: 1, nanos: 500_000 }, required: true } }), {
    gt: 0,
    lte: 1000.5,
    required: true,
  });
  deepEqual(flattenRules({ repeated: { min_items: 1, items: { string: { in: 'x', strict: false } } } }), {
    items: { in: ['x'], strict: false },
    min_items: 1,
  });
  equal(flattenRules({ message: { skip: false } }), undefined);
});

test('every type that a field of the catalog names is known', () => {
  const { messages, enums } = parseSchemas(loadDescriptors());
  const missing = new Set<string>();
  for (const message of messages.values()) {
    for (const { type } of message.fields) {
      const isKnown =
        isScalar(type) || type.startsWith('google.protobuf.') || messages.has(type) || enums.has(type);
      if (!isKnown) missing.add(type);
    }
  }
  deepEqual([...missing], ['io.prometheus.client.MetricFamily']);
});

test('the catalog knows messages, fields and rules newer than the installed files', () => {
  const dns = typeCatalog().message('envoy.extensions.clusters.dns.v3.DnsCluster');
  deepEqual(dns?.field('dnsRefreshRate')?.schema.rules, { gt: 1 });
  equal(dns?.fieldByNumber(3)?.name, 'dns_refresh_rate');
  const any = typeCatalog().message('google.protobuf.StringValue');
  equal(any?.field('value')?.kind, 'wrapper');
  equal(
    typeCatalog().message('envoy.config.listener.v3.FilterChain')?.field('on_demand_configuration'),
    undefined,
  );
});

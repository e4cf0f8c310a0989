/** A host's way to report its load, and what the real Envoy makes of it: 1 is the weight of a host without a report. */
export interface ReportForm {
  readonly headers: { readonly [name: string]: string | readonly string[] };
  /** Whether its cluster looks at metrics by name, or counts errors. */
  readonly rules?: 'metrics' | 'penalty';
  readonly weight: number;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function field(number: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 1]), double(value)]);
}

function entry(number: number, key: string, value: number): Buffer {
  const inside = Buffer.concat([
    Buffer.from([10, key.length]),
    Buffer.from(key),
    Buffer.from([17]),
    double(value),
  ]);
  return Buffer.concat([Buffer.from([(number << 3) | 2, inside.length]), inside]);
}

function encoded(...parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString('base64');
}

const name = 'endpoint-load-metrics';
const rate = 'rps_fractional=1000';

function text(metrics: string, weight: number, rules?: ReportForm['rules']): ReportForm {
  const headers = { [name]: `TEXT ${metrics}` };
  return rules === undefined ? { headers, weight } : { headers, weight, rules };
}

function json(value: string, weight: number): ReportForm {
  return { headers: { [name]: `JSON ${value}` }, weight };
}

function binary(bytes: string, weight: number, rules?: ReportForm['rules']): ReportForm {
  const headers = { [`${name}-bin`]: bytes };
  return rules === undefined ? { headers, weight } : { headers, weight, rules };
}

const both = encoded(field(1, 0.65), field(6, 1000), entry(8, 'a', 0.75), entry(5, 'foo', 0.95));

export const reportForms: readonly ReportForm[] = [
  text(`cpu_utilization=0.5,${rate}`, 2000),
  text(` cpu_utilization=0.4, ${rate},`, 2500),
  text('cpu_utilization:0.53,rps_fractional:1000', 1886),
  text(`cpu_utilization = 0.4,${rate}`, 1),
  text(`cpu_utilization=0.42,cpu_utilization=0.2,${rate}`, 1),
  text(`cpu_utilization=0.43,foo=0.2,${rate}`, 1),
  text(`cpu_utilization=0.43,rps=2,${rate}`, 1),
  text(`cpu_utilization=0.43,request_cost.q=0.2,${rate}`, 1),
  text(`cpu_utilization=0.43,named_metrics.=0.2,${rate}`, 1),
  text(`cpu_utilization=0.44,utilization.foo=0.9,${rate}`, 2272),
  text(`cpu_utilization=0.44,utilization.foo=0.9,${rate}`, 1111, 'metrics'),
  text(`cpu_utilization=0.45,named_metrics.a=0.8,${rate}`, 1250, 'metrics'),
  text(`cpu_utilization=0.46,named_metrics.b=0.8,${rate}`, 2173, 'metrics'),
  text(`cpu_utilization=0.71,mem_utilization=0.99,${rate}`, 1010, 'metrics'),
  text(`cpu_utilization=0.47,application_utilization=0.1,utilization.foo=0.9,${rate}`, 1111, 'metrics'),
  text(`cpu_utilization=0.47,application_utilization=0.1,${rate}`, 10_000, 'metrics'),
  text(`named_metrics.zz=0.79,${rate}`, 1, 'metrics'),
  text(`cpu_utilization=0.48,eps=100,${rate}`, 2083),
  text(`cpu_utilization=0.48,eps=100,${rate}`, 1369, 'penalty'),
  text(`cpu_utilization=abc,${rate}`, 1),
  text(`cpu_utilization=inf,${rate}`, 1),
  text(`cpu_utilization=,${rate}`, 1),
  text(`cpu_utilization=0.8=1,${rate}`, 1),
  text(`cpu_utilization=-0.5,${rate}`, 1),
  text('cpu_utilization=0.49', 1),
  text(`cpu_utilization=1e-1,${rate}`, 10_000),
  text(`cpu_utilization=0x1,${rate}`, 1000),
  text(`cpu_utilization=+.77,${rate}`, 1298),
  text(`cpu_utilization=77.,${rate}`, 12),
  text('cpu_utilization=0.0000001,rps_fractional=1e9', 4_294_967_295),
  text('cpu_utilization=900,rps_fractional=1', 1),
  text('', 1),
  { headers: { [name]: `text cpu_utilization=0.41,${rate}` }, weight: 1 },
  {
    headers: { [name]: [`TEXT cpu_utilization=0.69,${rate}`, `TEXT cpu_utilization=0.1,${rate}`] },
    weight: 1449,
  },
  json('{"cpu_utilization":0.54,"rps_fractional":1000}', 1851),
  json('{"cpuUtilization":"0.55","rpsFractional":1000,"namedMetrics":{"b":0.7}}', 1818),
  json('{"cpuUtilization":0.57,"rpsFractional":1000,"bogus":1}', 1),
  json('{"cpuUtilization":0.59,"rpsFractional":1000', 1),
  json('{"cpuUtilization":0.61,"rps":"1000"}', 1),
  { headers: { [name]: `BIN ${encoded(field(1, 0.62), field(6, 1000))}` }, weight: 1612 },
  binary(encoded(field(1, 0.63), field(6, 1000)), 1587),
  binary(encoded(field(1, 0.64), field(6, 1000)).replace(/=+$/, ''), 1562),
  binary(both, 1538),
  binary(both, 1052, 'metrics'),
  binary(encoded(field(1, 0.78), field(6, 1000), Buffer.from([0x18, 5, 0xa0, 1, 7])), 1282),
  { headers: { [`${name}-bin`]: '!!!', [name]: `TEXT cpu_utilization=0.66,${rate}` }, weight: 1 },
  { headers: { [`${name}-bin`]: 'CQEC', [name]: `TEXT cpu_utilization=0.67,${rate}` }, weight: 1 },
];

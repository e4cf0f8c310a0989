import { spawnSync } from 'node:child_process';

const probe = 'import prometheus_client.parser';

/** Reads a page with Prometheus' own Python client and prints one line per sample. */
const program = `
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(family.type, sample.name, sample.value)
`;

/** Whether `python3` and its package `prometheus_client` are here. */
export const hasPrometheusClient = spawnSync('python3', ['-c', probe]).status === 0;

/** Samples as `type name value`; throws with what the client said when it refuses the page. */
export function prometheusSamples(page: string): readonly string[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input: page, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split('\n');
}

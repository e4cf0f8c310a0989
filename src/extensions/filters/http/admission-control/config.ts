import type { ConfigNode } from '../../../../api/config-node.js';
import { type FeatureFlag, parseFeatureFlag } from '../../../../runtime/feature-flag.js';

/** A number that runtime may override. */
export type RuntimeNumber = { readonly value: number; readonly runtimeKey: string };

/** `envoy.extensions.filters.http.admission_control.v3.AdmissionControl`. */
export type AdmissionControlConfig = {
  readonly enabled: FeatureFlag;
  /** Null: everything below 500 is a success. */
  readonly httpSuccess: readonly { readonly start: number; readonly end: number }[] | null;
  readonly grpcSuccess: readonly number[];
  readonly windowSeconds: number;
  readonly aggression: RuntimeNumber;
  /** Percent. */
  readonly successThreshold: RuntimeNumber;
  readonly rpsThreshold: RuntimeNumber;
  /** Percent. */
  readonly maxRejection: RuntimeNumber;
};

/** What a server at its limits does not answer: all but DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, … */
const usualGrpcSuccess = [0, 1, 2, 3, 5, 6, 7, 9, 11, 12, 16];

export function parseAdmissionControl(node: ConfigNode): AdmissionControlConfig {
  const successThreshold = runtimePercent(node, 'sr_threshold', 95);
  if (node.has('sr_threshold') && successThreshold.value < 1) {
    node.error('Success rate threshold cannot be less than 1.0%.', 'sr_threshold');
  }
  return {
    enabled: parseFeatureFlag(node, 'enabled', true),
    ...parseCriteria(node.message('success_criteria')),
    windowSeconds: Math.floor(node.duration('sampling_window', 30_000) / 1000),
    aggression: runtimeNumber(node, 'aggression', 1),
    successThreshold,
    rpsThreshold: runtimeNumber(node, 'rps_threshold', 0),
    maxRejection: runtimePercent(node, 'max_rejection_probability', 80),
  };
}

function parseCriteria(
  node: ConfigNode | undefined,
): Pick<AdmissionControlConfig, 'httpSuccess' | 'grpcSuccess'> {
  const http = node?.message('http_criteria');
  const grpc = node?.message('grpc_criteria');
  const ranges = http?.list('http_success_status').map((range) => {
    const start = range.number('start', 0);
    const end = range.number('end', 0);
    if (start > end || start < 100 || end > 600) range.error(`invalid HTTP range: [${start}, ${end})`);
    return { start, end };
  });
  const codes = grpc?.numbers('grpc_success_status');
  for (const code of codes ?? [])
    if (code > 16) grpc?.error(`invalid gRPC code ${code}`, 'grpc_success_status');
  return { httpSuccess: ranges ?? null, grpcSuccess: codes ?? usualGrpcSuccess };
}

function runtimeNumber(node: ConfigNode, field: string, fallback: number): RuntimeNumber {
  const message = node.message(field);
  if (message === undefined) return { value: fallback, runtimeKey: '' };
  return { value: message.number('default_value', 0), runtimeKey: message.string('runtime_key') };
}

function runtimePercent(node: ConfigNode, field: string, fallback: number): RuntimeNumber {
  const message = node.message(field);
  if (message === undefined) return { value: fallback, runtimeKey: '' };
  const value = message.message('default_value')?.number('value', 0) ?? 0;
  return { value, runtimeKey: message.string('runtime_key') };
}

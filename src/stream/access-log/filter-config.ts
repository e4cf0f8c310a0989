import type { FractionConfig } from '../../api/config-node.js';
import type { HeaderMatcherConfig } from '../../match/header-matcher.js';
import type { MetadataMatcherConfig } from '../../match/metadata-matcher.js';

/** A number to compare with; runtime may override it. */
export type ComparisonConfig = {
  readonly op: 'EQ' | 'GE' | 'LE' | 'NE';
  readonly value: number;
  readonly runtimeKey: string;
};

/** `config.accesslog.v3.AccessLogFilter`, read. */
export type LogFilterConfig =
  | { readonly kind: 'status-code' | 'duration'; readonly comparison: ComparisonConfig }
  | { readonly kind: 'not-health-check' | 'traceable' }
  | { readonly kind: 'runtime'; readonly fraction: FractionConfig; readonly isIndependent: boolean }
  | { readonly kind: 'and' | 'or'; readonly filters: readonly LogFilterConfig[] }
  | { readonly kind: 'header'; readonly matcher: HeaderMatcherConfig }
  /** Bits; 0 asks for any flag at all. */
  | { readonly kind: 'response-flag'; readonly flags: number }
  | { readonly kind: 'grpc-status'; readonly statuses: readonly number[]; readonly exclude: boolean }
  | {
      readonly kind: 'metadata';
      readonly matcher: MetadataMatcherConfig | null;
      readonly matchIfMissing: boolean;
    }
  | { readonly kind: 'log-type'; readonly types: readonly string[]; readonly exclude: boolean };

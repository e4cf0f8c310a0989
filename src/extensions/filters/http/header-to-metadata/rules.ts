import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { StreamInfo } from '../../../../api/stream-info.js';
import type { HeaderMap } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { cookieValue } from '../../../../match/cookie-matcher.js';
import { numberOfText } from '../../../../match/number-text.js';
import { compileRegex } from '../../../../match/regex.js';
import { compileSubstitution } from '../../../../match/substitution.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import type { RuleConfig, ValueConfig } from './config.js';
import { decodeProtobufValue } from './protobuf-value.js';

/** `http_filter_name.<stat_prefix>.` */
export const M = statBlock({
  counters: [
    'base64_decode_failed',
    'header_value_too_long',
    'regex_substitution_failed',
    'request_header_not_found',
    'request_metadata_added',
    'request_rules_processed',
    'response_header_not_found',
    'response_metadata_added',
    'response_rules_processed',
  ],
});

/** The slots of one direction. */
interface Slots {
  readonly notFound: number;
  readonly added: number;
  readonly processed: number;
}

const slots: { readonly [direction in 'request' | 'response']: Slots } = {
  request: {
    notFound: M.request_header_not_found,
    added: M.request_metadata_added,
    processed: M.request_rules_processed,
  },
  response: {
    notFound: M.response_header_not_found,
    added: M.response_metadata_added,
    processed: M.response_rules_processed,
  },
};

interface Rule {
  readonly config: RuleConfig;
  readonly rewrite: ((value: string) => string) | null;
}

const longestValue = 8 * 1024;

/** The rules of one direction, ready to run. */
export class HeaderRuleSet {
  private readonly rules: readonly Rule[];
  private readonly stats: BoundStats | null;
  private readonly slots: Slots;

  constructor(configs: readonly RuleConfig[], stats: BoundStats | null, direction: 'request' | 'response') {
    this.rules = configs.map((config) => ({ config, rewrite: buildRewrite(config.onPresent) }));
    this.stats = stats;
    this.slots = slots[direction];
  }

  get isEmpty(): boolean {
    return this.rules.length === 0;
  }

  apply(headers: HeaderMap, info: StreamInfo): void {
    const found = new Map<string, { [key: string]: Plain }>();
    for (const { config, rewrite } of this.rules) {
      this.stats?.inc(this.slots.processed);
      const value = extract(headers, config);
      const target = value === undefined ? config.onMissing : config.onPresent;
      if (target === null) continue;
      if (value === undefined) this.stats?.inc(this.slots.notFound);
      const text = target.value !== '' ? target.value : rewritten(value ?? '', rewrite);
      const typed = text === '' ? undefined : this.typed(text, target);
      if (typed === undefined) continue;
      const fields = found.get(target.namespace) ?? {};
      fields[target.key] = typed;
      found.set(target.namespace, fields);
      this.stats?.inc(this.slots.added);
    }
    for (const [namespace, fields] of found) addDynamicMetadata(info, namespace, fields);
  }

  /** Undefined when the text is not what it is said to be: then nothing is written. */
  private typed(text: string, { type, isBase64 }: ValueConfig): Plain {
    if (text.length >= longestValue) {
      this.stats?.inc(M.header_value_too_long);
      return undefined;
    }
    const bytes = isBase64 ? decodeBase64(text) : Buffer.from(text, 'latin1');
    if (bytes.length === 0) {
      this.stats?.inc(M.base64_decode_failed);
      return undefined;
    }
    if (type === 'protobuf') return decodeProtobufValue(bytes);
    return type === 'number' ? numberOfText(bytes.toString()) : bytes.toString();
  }
}

/** Nothing for what is not canonical base64 (RFC 4648 section 3.5), with or without its padding. */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const bare = text.replace(/={1,2}$/, '');
  return bytes.toString('base64').replace(/=+$/, '') === bare ? bytes : Buffer.alloc(0);
}

function extract(headers: HeaderMap, { header, cookie, removes }: RuleConfig): string | undefined {
  if (header === '') return cookieValue(headers, cookie) || undefined;
  const value = headers.joined(header);
  if (value !== undefined && removes) headers.remove(header);
  return value;
}

function rewritten(value: string, rewrite: Rule['rewrite']): string {
  return rewrite === null ? value : rewrite(value);
}

function buildRewrite(config: ValueConfig | null): Rule['rewrite'] {
  if (config === null || config.rewrite === null) return null;
  const regex = compileRegex(config.rewrite.pattern);
  const substitution = compileSubstitution(config.rewrite.substitution);
  return (value) => regex.replaceAll(value, substitution);
}

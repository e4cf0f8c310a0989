import type { StreamInfo } from '../../../../api/stream-info.js';
import type { HeaderMap } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import { isPlainObject, plainAt } from '../../../../base/plain-path.js';
import { numberOfText } from '../../../../match/number-text.js';
import { compileRegex } from '../../../../match/regex.js';
import type { StringPredicate } from '../../../../match/string-matcher.js';
import { addDynamicMetadata } from '../../../../stream/dynamic-metadata.js';
import type { JsonRuleConfig, JsonRulesConfig, JsonValueConfig } from './config.js';

const longestValue = 8 * 1024;

/** What is to be written, by namespace, before it is. */
type Findings = Map<string, { [key: string]: Plain }>;

/** The rules of one direction, ready to run. */
export class JsonRules {
  private readonly rules: readonly JsonRuleConfig[];
  private readonly contentTypes: ReadonlySet<string>;
  private readonly allowsNoContentType: boolean;
  private readonly matchesType: StringPredicate | null;

  constructor(config: JsonRulesConfig) {
    this.rules = config.rules;
    this.contentTypes = new Set(config.contentTypes);
    this.allowsNoContentType = config.allowsNoContentType;
    const regex = config.contentTypeRegex === '' ? null : compileRegex(config.contentTypeRegex);
    this.matchesType = regex === null ? null : (type) => regex.fullMatch(type);
  }

  accepts(headers: HeaderMap): boolean {
    const type = headers.get('content-type') ?? '';
    if (type === '') return this.allowsNoContentType;
    return this.contentTypes.has(type) || this.matchesType?.(type) === true;
  }

  onNoBody(info: StreamInfo): void {
    this.writeAll('onMissing', info);
  }

  onInvalidBody(info: StreamInfo): void {
    this.writeAll('onError', info);
  }

  onBody(body: Plain, info: StreamInfo): void {
    if (typeof body !== 'object' || body === null) {
      this.writeAll('onMissing', info);
      return;
    }
    const findings: Findings = new Map();
    for (const rule of this.rules) {
      if (!writePresent(body, rule, findings, info)) write(rule.onMissing, undefined, findings, info);
    }
    settle(findings, info);
  }

  private writeAll(which: 'onMissing' | 'onError', info: StreamInfo): void {
    const findings: Findings = new Map();
    for (const rule of this.rules) write(rule[which], undefined, findings, info);
    settle(findings, info);
  }
}

/**
 * False when the rule is to be treated as if nothing were there. A fixed value asks only for the structure that would
 * hold the key, and so does a rule that has nothing to write: that is how Envoy does it.
 */
function writePresent(body: Plain, rule: JsonRuleConfig, findings: Findings, info: StreamInfo): boolean {
  const { path, onPresent } = rule;
  const holder = path.length === 1 ? body : plainAt(body, path.slice(0, -1));
  if (typeof holder !== 'object' || holder === null) return false;
  if (onPresent === null) return true;
  if (onPresent.hasValue) {
    write(onPresent, undefined, findings, info);
    return true;
  }
  const typed = converted(plainAt(body, path), onPresent.type);
  if (typed === undefined) return false;
  // Empty text is there, and says nothing.
  if (typed !== '' || onPresent.type !== 'string') write(onPresent, typed, findings, info);
  return true;
}

/** Undefined for values that the type cannot take: null, structures, lists, texts that are too long or no numbers. */
function converted(value: Plain, type: JsonValueConfig['type']): Plain {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  if (type === 'number') return typeof value === 'string' ? numberOfText(value) : Number(value);
  if (type === 'string') {
    const text = textOf(value);
    return text.length > longestValue ? undefined : text;
  }
  return typeof value === 'string' && value.length > longestValue ? undefined : value;
}

/** As Envoy prints them: truth as a number, fractions with six digits. */
function textOf(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value;
  return Number.isInteger(value) ? String(value) : value.toFixed(6);
}

function write(target: JsonValueConfig | null, value: Plain, findings: Findings, info: StreamInfo): void {
  if (target === null) return;
  const { namespace, key } = target;
  if (target.keepsExisting) {
    const old = info.dynamicMetadata?.get(namespace);
    if (isPlainObject(old) && Object.hasOwn(old, key)) return;
  }
  const fields = findings.get(namespace) ?? {};
  fields[key] = target.hasValue ? target.value : value;
  findings.set(namespace, fields);
}

function settle(findings: Findings, info: StreamInfo): void {
  for (const [namespace, fields] of findings) addDynamicMetadata(info, namespace, fields);
}

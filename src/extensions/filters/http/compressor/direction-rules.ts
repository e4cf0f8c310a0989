import type { RuntimeView } from '../../../../api/runtime.js';
import type { BoundStats } from '../../../../api/stats.js';
import type { HeaderMap } from '../../../../base/header-map.js';
import { buildStringMatcher, type StringPredicate } from '../../../../match/string-matcher.js';
import { type FeatureFlag, isOn } from '../../../../runtime/feature-flag.js';
import { Q } from './compressor-stats.js';
import type { DirectionConfig } from './config.js';

/** What is compressed in one direction, ready to ask. */
export class DirectionRules {
  readonly stats: BoundStats;
  private readonly enabled: FeatureFlag;
  private readonly minLength: number;
  private readonly types: ReadonlySet<string>;
  private readonly matchers: readonly StringPredicate[];
  private readonly runtime: RuntimeView;

  constructor(config: DirectionConfig, stats: BoundStats, runtime: RuntimeView) {
    this.stats = stats;
    this.enabled = config.enabled;
    this.minLength = config.minContentLength;
    this.types = new Set(config.contentTypes);
    this.matchers = config.contentTypeMatchers.map(buildStringMatcher);
    this.runtime = runtime;
  }

  isEnabled(): boolean {
    return isOn(this.enabled, this.runtime);
  }

  /** A body whose length nobody knows counts as long enough. */
  isLongEnough(headers: HeaderMap): boolean {
    const length = headers.get('content-length');
    if (length === undefined) return true;
    const isEnough = /^[0-9]+$/.test(length) && Number(length) >= this.minLength;
    if (!isEnough) this.stats.inc(Q.content_length_too_small);
    return isEnough;
  }

  /** Types are compared without their parameters; no type at all is any type. */
  acceptsType(headers: HeaderMap): boolean {
    const type = headers.get('content-type');
    if (type === undefined || type === '') return true;
    const semicolon = type.indexOf(';');
    const plain = (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase();
    return this.matchers.length > 0 ? this.matchers.some((matches) => matches(plain)) : this.types.has(plain);
  }
}

export function isUpgrade(headers: HeaderMap): boolean {
  return headers.has('upgrade') && /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.joined('connection') ?? '');
}

import type { RuntimeView } from '../../api/runtime.js';
import { parseIp, unmapIpv4 } from '../../base/cidr.js';
import type { Plain } from '../../base/plain.js';
import { xxHash64 } from '../../base/xx-hash.js';
import { buildIpRange } from '../ip-range.js';
import { buildStringMatcher } from '../string-matcher.js';
import { buildValueMatcher } from '../value-matcher.js';
import type { PredicateConfig } from './config.js';
import { buildInput, type Input, type Later, later, type MatchData } from './input.js';

export type Predicate = (data: MatchData) => boolean | Later;

export function buildPredicate(config: PredicateConfig, runtime: RuntimeView): Predicate {
  switch (config.kind) {
    case 'and':
    case 'or':
      return buildAll(
        config.predicates.map((it) => buildPredicate(it, runtime)),
        config.kind === 'or',
      );
    case 'not': {
      const holds = buildPredicate(config.predicate, runtime);
      return (data) => {
        const answer = holds(data);
        return answer === later ? later : !answer;
      };
    }
    case 'value': {
      const accepts = buildValueMatcher(config.matcher);
      return single(buildInput(config.input), (value) => accepts(value) !== config.invert);
    }
    default: {
      const test = buildTextTest(config, runtime);
      return single(buildInput(config.input), (value) => typeof value === 'string' && test(value));
    }
  }
}

function single(input: Input, test: (value: Plain) => boolean): Predicate {
  return (data) => {
    const value = input(data);
    return value === later ? later : test(value);
  };
}

function buildTextTest(
  config: Extract<PredicateConfig, { kind: 'text' | 'ip' | 'fraction' }>,
  runtime: RuntimeView,
): (value: string) => boolean {
  switch (config.kind) {
    case 'text':
      return buildStringMatcher(config.matcher);
    case 'fraction':
      // A million is a multiple of every denominator.
      return (value) => runtime.sampled(config.fraction, Number(xxHash64(value, config.seed) % 1_000_000n));
    case 'ip': {
      const ranges = config.ranges.map(buildIpRange);
      return (value) => {
        const words = parseIp(value);
        return words !== null && ranges.some((range) => range.contains(unmapIpv4(words)));
      };
    }
  }
}

/** `stopAt` is the answer that decides alone: true of an `or`, false of an `and`. */
function buildAll(predicates: readonly Predicate[], stopAt: boolean): Predicate {
  return (data) => {
    for (const holds of predicates) {
      const answer = holds(data);
      if (answer === later || answer === stopAt) return answer;
    }
    return !stopAt;
  };
}

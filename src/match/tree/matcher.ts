import type { RuntimeView } from '../../api/runtime.js';
import { parseIp, unmapIpv4 } from '../../base/cidr.js';
import type { Plain } from '../../base/plain.js';
import { xxHash64 } from '../../base/xx-hash.js';
import { buildIpRange } from '../ip-range.js';
import { buildStringMatcher } from '../string-matcher.js';
import type { MatcherConfig, OnMatchConfig, PredicateConfig } from './config.js';
import { buildInput, type Input, type MatchData } from './input.js';

/** The answer of a tree that has to look at what is not there yet. */
export const later: unique symbol = Symbol('later');
export type Later = typeof later;

/** Decides for an action; null when nothing matches. */
export type Matcher<A> = (data: MatchData) => A | null | Later;

type Predicate = (data: MatchData) => boolean | Later;

/** Builds a tree; each action is made once, by `makeAction`. */
export function buildMatcher<A extends Plain, T>(
  config: MatcherConfig<A>,
  makeAction: (action: A) => T,
  runtime: RuntimeView,
): Matcher<T> {
  const onMatch = (target: OnMatchConfig<A>): Matcher<T> => {
    if (target.kind === 'matcher') return buildMatcher(target.matcher, makeAction, runtime);
    const action = makeAction(target.action);
    return () => action;
  };
  const otherwise: Matcher<T> = config.otherwise === null ? () => null : onMatch(config.otherwise);
  if (config.kind === 'list') {
    const entries = config.entries.map((entry) => ({
      holds: buildPredicate(entry.predicate, runtime),
      onMatch: onMatch(entry.onMatch),
    }));
    return (data) => {
      for (const entry of entries) {
        const holds = entry.holds(data);
        if (holds === later) return later;
        const found = holds ? entry.onMatch(data) : null;
        if (found !== null) return found;
      }
      return otherwise(data);
    };
  }
  const input = buildInput(config.input);
  const targets = new Map(Object.entries(config.map).map(([value, target]) => [value, onMatch(target)]));
  return config.kind === 'exact'
    ? exactTree(input, targets, otherwise)
    : prefixTree(input, targets, otherwise);
}

function exactTree<T>(
  input: Input,
  targets: ReadonlyMap<string, Matcher<T>>,
  otherwise: Matcher<T>,
): Matcher<T> {
  return (data) => {
    const value = input(data);
    if (value === undefined) return later;
    const found = value === null ? null : (targets.get(value)?.(data) ?? null);
    return found ?? otherwise(data);
  };
}

/** The longest prefix that leads to an action. */
function prefixTree<T>(
  input: Input,
  targets: ReadonlyMap<string, Matcher<T>>,
  otherwise: Matcher<T>,
): Matcher<T> {
  const ordered = [...targets].sort(([a], [b]) => b.length - a.length);
  return (data) => {
    const value = input(data);
    if (value === undefined) return later;
    for (const [prefix, target] of value === null ? [] : ordered) {
      const found = value?.startsWith(prefix) === true ? target(data) : null;
      if (found !== null) return found;
    }
    return otherwise(data);
  };
}

function buildPredicate(config: PredicateConfig, runtime: RuntimeView): Predicate {
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
    default:
      return single(buildInput(config.input), buildTest(config, runtime));
  }
}

function single(input: Input, test: (value: string) => boolean): Predicate {
  return (data) => {
    const value = input(data);
    if (value === undefined) return later;
    return value !== null && test(value);
  };
}

function buildTest(
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

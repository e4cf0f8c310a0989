import type { RuntimeView } from '../../api/runtime.js';
import type { Plain } from '../../base/plain.js';
import { buildIpRange } from '../ip-range.js';
import type { MatcherConfig, OnMatchConfig, PredicateConfig } from './config.js';
import { buildInput, type Input, type InputConfig, type Later, later, type MatchData } from './input.js';
import { domainLookup, exactLookup, type Lookup, prefixLookup, rangeLookup } from './lookup.js';
import { buildPredicate, type Predicate } from './predicate.js';

/** Decides for an action. */
export interface Matcher<T> {
  /** Null when nothing matches. */
  find(data: MatchData): T | null | Later;
  /** How it came there, for those who wonder. */
  steps(data: MatchData): readonly MatcherStep[];
}

type MapKind = Exclude<MatcherConfig['kind'], 'list'>;

/** One branch that was looked at on the way. */
export interface MatcherStep {
  readonly config:
    | PredicateConfig
    | { readonly kind: 'map'; readonly of: MapKind; readonly input: InputConfig };
  /** What was there, where the step looks at one input; undefined otherwise. */
  readonly got: Plain;
  readonly holds: boolean;
}

/** The answer where nothing more will come: what is not there then matches nothing. */
export function settled<T>(answer: T | null | Later): T | null {
  return answer === later ? null : answer;
}

/** Builds a tree; each action is made once, by `makeAction`. */
export function buildMatcher<A extends Plain, T>(
  config: MatcherConfig<A>,
  makeAction: (action: A) => T,
  runtime: RuntimeView,
): Matcher<T> {
  const onMatch = (target: OnMatchConfig<A> | null): Matcher<T> => {
    if (target === null || target.keepsMatching) return new Leaf<T>(null);
    if (target.kind === 'matcher') return buildMatcher(target.matcher, makeAction, runtime);
    return new Leaf(makeAction(target.action));
  };
  const otherwise = onMatch(config.otherwise);
  if (config.kind === 'list') {
    const entries = config.entries.map((entry) => ({
      config: entry.predicate,
      holds: buildPredicate(entry.predicate, runtime),
      branch: onMatch(entry.onMatch),
    }));
    return new ListMatcher(entries, otherwise);
  }
  return new LookupMatcher(config, buildLookup(config, onMatch), otherwise);
}

function buildLookup<A extends Plain, T>(
  config: Exclude<MatcherConfig<A>, { kind: 'list' }>,
  onMatch: (target: OnMatchConfig<A>) => Matcher<T>,
): Lookup<T> {
  if (config.kind === 'ranges') {
    const entries = config.entries.map((entry) => ({
      ranges: entry.ranges.map(buildIpRange),
      branch: onMatch(entry.onMatch),
      isExclusive: entry.isExclusive,
    }));
    return rangeLookup(entries);
  }
  const entries = config.entries.map(([key, target]) => [key, onMatch(target)] as const);
  if (config.kind === 'domains') return domainLookup(entries);
  return config.kind === 'exact' ? exactLookup(entries) : prefixLookup(entries);
}

class Leaf<T> implements Matcher<T> {
  private readonly action: T | null;

  constructor(action: T | null) {
    this.action = action;
  }

  find(): T | null {
    return this.action;
  }

  steps(): readonly MatcherStep[] {
    return [];
  }
}

interface ListEntry<T> {
  readonly config: PredicateConfig;
  readonly holds: Predicate;
  readonly branch: Matcher<T>;
}

/** The first entry that holds and leads somewhere decides. */
class ListMatcher<T> implements Matcher<T> {
  private readonly entries: readonly ListEntry<T>[];
  private readonly otherwise: Matcher<T>;

  constructor(entries: readonly ListEntry<T>[], otherwise: Matcher<T>) {
    this.entries = entries;
    this.otherwise = otherwise;
  }

  find(data: MatchData): T | null | Later {
    for (const entry of this.entries) {
      const holds = entry.holds(data);
      if (holds === later) return later;
      const found = holds ? entry.branch.find(data) : null;
      if (found !== null) return found;
    }
    return this.otherwise.find(data);
  }

  /** The entries up to the one that leads somewhere, with what is below them. */
  steps(data: MatchData): readonly MatcherStep[] {
    const steps: MatcherStep[] = [];
    for (const { config, holds, branch } of this.entries) {
      const isMatch = holds(data) === true;
      const got = 'input' in config ? settledValue(buildInput(config.input), data) : undefined;
      steps.push({ config, got, holds: isMatch });
      if (!isMatch) continue;
      steps.push(...branch.steps(data));
      if (branch.find(data) !== null) return steps;
    }
    return [...steps, ...this.otherwise.steps(data)];
  }
}

/** A map or another tree over the values of one input. */
class LookupMatcher<T> implements Matcher<T> {
  private readonly asked: { readonly kind: MapKind; readonly input: InputConfig };
  private readonly input: Input;
  private readonly lookup: Lookup<T>;
  private readonly otherwise: Matcher<T>;

  constructor(asked: LookupMatcher<T>['asked'], lookup: Lookup<T>, otherwise: Matcher<T>) {
    this.asked = asked;
    this.input = buildInput(asked.input);
    this.lookup = lookup;
    this.otherwise = otherwise;
  }

  find(data: MatchData): T | null | Later {
    const value = this.input(data);
    return value === later ? later : (this.lookup(value, data) ?? this.otherwise.find(data));
  }

  steps(data: MatchData): readonly MatcherStep[] {
    const got = settledValue(this.input, data);
    const holds = this.lookup(got, data) !== null;
    const config = { kind: 'map', of: this.asked.kind, input: this.asked.input } as const;
    const step: MatcherStep = { config, got, holds };
    return holds ? [step] : [step, ...this.otherwise.steps(data)];
  }
}

function settledValue(input: Input, data: MatchData): Plain {
  const value = input(data);
  return value === later ? undefined : value;
}

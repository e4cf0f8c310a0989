import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import type { HeaderMap } from '../base/header-map.js';
import { buildStringMatcher, parseStringMatcher } from '../match/string-matcher.js';
import type { HeaderMutationStep } from './config-types.js';
import { HeaderRules, parseHeaderAddition } from './header-mutations.js';

/** Reads one step. */
export function parseHeaderStep(node: ConfigNode): HeaderMutationStep {
  const append = node.message('append');
  if (append !== undefined) return { kind: 'add', addition: parseHeaderAddition(append) };
  const matching = node.message('remove_on_match')?.message('key_matcher');
  if (matching !== undefined) return { kind: 'remove-matching', name: parseStringMatcher(matching) };
  const name = node.string('remove').toLowerCase();
  if (name.startsWith(':')) node.noEffect('remove', 'a request or response without it could not be sent');
  return { kind: 'remove', name };
}

/** One step, ready to run. */
export type HeaderStep = (headers: HeaderMap, context: LogContext) => void;

export function buildHeaderStep(step: HeaderMutationStep): HeaderStep {
  switch (step.kind) {
    case 'add': {
      const rules = new HeaderRules({ remove: [], add: [step.addition] });
      return (headers, context) => rules.apply(headers, context);
    }
    case 'remove':
      return (headers) => void headers.remove(step.name);
    case 'remove-matching': {
      const matches = buildStringMatcher(step.name);
      return (headers) => headers.removeWhere((name) => matches(name));
    }
  }
}

export function runHeaderSteps(steps: readonly HeaderStep[], headers: HeaderMap, context: LogContext): void {
  for (let i = 0; i < steps.length; i++) (steps[i] as HeaderStep)(headers, context);
}

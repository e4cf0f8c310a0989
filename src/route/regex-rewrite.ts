import type { ConfigNode } from '../api/config-node.js';
import { compileRegex, substitutionProblem } from '../match/regex.js';
import { parseRegex } from '../match/string-matcher.js';
import { compileSubstitution } from '../match/substitution.js';
import type { RegexRewriteConfig } from './config-types.js';

/** Reads `RegexMatchAndSubstitute`. */
export function parseRegexRewrite(node: ConfigNode): RegexRewriteConfig {
  const pattern = parseRegex(node, 'pattern');
  const substitution = node.string('substitution');
  const problem = substitutionProblem(pattern, substitution);
  // Envoy takes it, and then rewrites nothing or half.
  if (problem !== undefined) node.warn(problem, 'substitution');
  return { pattern, substitution };
}

export function buildRegexRewrite(config: RegexRewriteConfig): (text: string) => string {
  const regex = compileRegex(config.pattern);
  const substitution = compileSubstitution(config.substitution);
  return (text) => regex.replaceAll(text, substitution);
}

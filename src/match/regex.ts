import { RE2JS } from 're2js';
import { highestGroup, parseSubstitution, type Substitution } from './substitution.js';

/** A regular expression in RE2's language, compiled once. */
export interface CompiledRegex {
  readonly pattern: string;
  /** Text that every match of the whole begins with; lets an index look before it runs the expression. */
  readonly literalPrefix: string;
  fullMatch(text: string): boolean;
  /** Whether it matches anywhere. */
  search(text: string): boolean;
  /** Replaces every match, as RE2's GlobalReplace does: nothing when a group is asked for that is not there. */
  replaceAll(text: string, substitution: Substitution): string;
}

/** Why RE2 would refuse the pattern, or undefined when it is legal. */
export function regexProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return text.replace(/^error parsing regexp: /, '');
  }
}

/** Why the pair of pattern and substitution does not do what it says, or undefined. The pattern must be legal. */
export function substitutionProblem(pattern: string, substitution: string): string | undefined {
  const parsed = parseSubstitution(substitution);
  if (typeof parsed === 'string') return parsed;
  const groups = RE2JS.compile(pattern).groupCount();
  const wanted = highestGroup(parsed);
  if (wanted <= groups) return undefined;
  return `invalid substitution string: it asks for group ${wanted}, the pattern has ${groups}`;
}

/** Compiles a pattern that `regexProblem` has passed. */
export function compileRegex(pattern: string): CompiledRegex {
  const shape = shapeOf(pattern);
  return shape.isComplete ? new LiteralRegex(pattern, shape) : new GeneralRegex(pattern, shape.literal);
}

/** What a pattern is beyond its literal text: `.*` before or after, or something only the engine can match. */
interface Shape {
  readonly literal: string;
  readonly anyBefore: boolean;
  readonly anyAfter: boolean;
  /** True when literal and flags say all there is. */
  readonly isComplete: boolean;
}

const special = /[\\^$.|?*+()[\]{}]/;
const quantifiers = '?*+{';

function shapeOf(pattern: string): Shape {
  let at = pattern.startsWith('^') ? 1 : 0;
  const anyBefore = pattern.startsWith('.*', at) && !quantifiers.includes(pattern.charAt(at + 2) || ' ');
  if (anyBefore) at += 2;
  let literal = '';
  while (at < pattern.length) {
    const unit = literalUnit(pattern, at);
    if (unit === undefined) break;
    const next = pattern.charAt(at + unit.length);
    if (next !== '' && quantifiers.includes(next)) break;
    literal += unit.text;
    at += unit.length;
  }
  const rest = pattern.slice(at);
  const isEnd = rest === '' || rest === '$';
  const isAny = rest === '.*' || rest === '.*$';
  const isComplete = isEnd || isAny;
  // Alternatives at the top level make the leading text optional.
  const hasAlternatives = !isComplete && pattern.includes('|');
  const usable = isComplete || (!anyBefore && !hasAlternatives);
  return { literal: usable ? literal : '', anyBefore, anyAfter: isAny, isComplete };
}

function literalUnit(pattern: string, at: number): { text: string; length: number } | undefined {
  const char = pattern.charAt(at);
  if (char !== '\\') return special.test(char) ? undefined : { text: char, length: 1 };
  const escaped = pattern.charAt(at + 1);
  return /[^A-Za-z0-9]/.test(escaped) ? { text: escaped, length: 2 } : undefined;
}

/** Whether a stretch of text is what `.*` takes: RE2's dot does not match a line feed. */
function isOneLine(text: string, from: number, to: number): boolean {
  const found = text.indexOf('\n', from);
  return found < 0 || found >= to;
}

class GeneralRegex implements CompiledRegex {
  readonly pattern: string;
  readonly literalPrefix: string;
  private readonly engine: RE2JS;

  constructor(pattern: string, literalPrefix: string) {
    this.pattern = pattern;
    this.literalPrefix = literalPrefix;
    this.engine = RE2JS.compile(pattern);
  }

  fullMatch(text: string): boolean {
    return text.startsWith(this.literalPrefix) && this.engine.testExact(text);
  }

  search(text: string): boolean {
    return this.engine.test(text);
  }

  replaceAll(text: string, substitution: Substitution): string {
    if (highestGroup(substitution) > this.engine.groupCount()) return text;
    const matcher = this.engine.matcher(text);
    let result = '';
    let end = 0;
    let hasMatched = false;
    while (matcher.find()) {
      const start = matcher.start();
      // RE2 takes no empty match where the last match ended.
      if (hasMatched && start === end && matcher.end() === start) continue;
      result += text.slice(end, start);
      for (const part of substitution) {
        result += typeof part === 'string' ? part : (matcher.group(part) ?? '');
      }
      end = matcher.end();
      hasMatched = true;
    }
    return result + text.slice(end);
  }
}

/** A pattern that is plain text with or without `.*` around it: string operations, no engine (bench/micro/match). */
class LiteralRegex implements CompiledRegex {
  readonly pattern: string;
  readonly literalPrefix: string;
  private readonly literal: string;
  private readonly anyBefore: boolean;
  private readonly anyAfter: boolean;
  private general: GeneralRegex | null;

  constructor(pattern: string, shape: Shape) {
    this.pattern = pattern;
    this.literalPrefix = shape.anyBefore ? '' : shape.literal;
    this.literal = shape.literal;
    this.anyBefore = shape.anyBefore;
    this.anyAfter = shape.anyAfter;
    this.general = null;
  }

  fullMatch(text: string): boolean {
    const { literal, anyBefore, anyAfter } = this;
    if (!anyBefore && !anyAfter) return text === literal;
    if (!anyBefore) return text.startsWith(literal) && isOneLine(text, literal.length, text.length);
    if (!anyAfter) return text.endsWith(literal) && isOneLine(text, 0, text.length - literal.length);
    return this.containsOnOneLine(text);
  }

  search(text: string): boolean {
    return this.engine().search(text);
  }

  replaceAll(text: string, substitution: Substitution): string {
    return text.includes(this.literal) ? this.engine().replaceAll(text, substitution) : text;
  }

  private containsOnOneLine(text: string): boolean {
    const found = text.indexOf(this.literal);
    if (found < 0) return false;
    return !text.includes('\n') || this.engine().fullMatch(text);
  }

  private engine(): GeneralRegex {
    this.general ??= new GeneralRegex(this.pattern, '');
    return this.general;
  }
}

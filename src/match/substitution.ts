/** A RE2 rewrite string in parts: literal text and group numbers. */
export type Substitution = readonly (string | number)[];

/** Reads `\0`…`\9` and `\\`; answers what is wrong as text. */
export function parseSubstitution(text: string): Substitution | string {
  const parts: (string | number)[] = [];
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char !== '\\') {
      literal += char;
      continue;
    }
    const next = text.charAt(++i);
    if (next === '\\') literal += next;
    else if (next >= '0' && next <= '9') {
      if (literal !== '') parts.push(literal);
      literal = '';
      parts.push(next.charCodeAt(0) - 48);
    } else if (next === '') return "Rewrite schema error: '\\' not allowed at end.";
    else return "Rewrite schema error: '\\' must be followed by a digit or '\\'.";
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** The same without a word: as in RE2, a backslash before anything else ends the text. */
export function compileSubstitution(text: string): Substitution {
  const good = /^(?:[^\\]|\\[0-9\\])*/.exec(text)?.[0] ?? '';
  const parsed = parseSubstitution(good);
  return typeof parsed === 'string' ? [] : parsed;
}

/** The highest group that is asked for. */
export function highestGroup(substitution: Substitution): number {
  let highest = 0;
  for (const part of substitution) if (typeof part === 'number' && part > highest) highest = part;
  return highest;
}

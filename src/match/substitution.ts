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

/** As `parseSubstitution`, for text that was checked when the configuration was read. */
export function compileSubstitution(text: string): Substitution {
  const parsed = parseSubstitution(text);
  return typeof parsed === 'string' ? [] : parsed;
}

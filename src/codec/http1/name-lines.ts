import { isToken } from './field-safety.js';

/** Names repeat from request to request; what was made of one is kept, up to this many of each kind. */
const keptLimit = 2048;

const lowerLines = new Map<string, string>();
const properLines = new Map<string, string>();

/** `name: `, or an empty string for a name that may not stand on the wire. */
export function lowerLine(name: string): string {
  const line = lowerLines.get(name);
  return line === undefined ? keep(lowerLines, name, name) : line;
}

/** The same with a capital at the start and behind every character that is no letter or digit: `X-Request-Id: `. */
export function properLine(name: string): string {
  const line = properLines.get(name);
  return line === undefined ? keep(properLines, name, properCase(name)) : line;
}

function keep(lines: Map<string, string>, name: string, spelling: string): string {
  const line = isToken(spelling) ? `${spelling}: ` : '';
  if (lines.size < keptLimit) lines.set(name, line);
  return line;
}

function properCase(name: string): string {
  return name.replace(
    /(^|[^a-z0-9])([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

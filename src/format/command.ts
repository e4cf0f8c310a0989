/** One `%NAME(argument):limit%` of a format. */
export interface Command {
  readonly name: string;
  /** Text between the parentheses; undefined when there are none. */
  readonly argument: string | undefined;
  /** Characters to keep of the value. */
  readonly limit: number | undefined;
}

const commandAt = /%([A-Z0-9_]+)(?:\((.*?)\))?(?::([0-9]+))?%/sy;

/** Splits a format into literal text (`%%` resolved) and commands; answers the problem as text when it is malformed. */
export function splitFormat(format: string): readonly (string | Command)[] | string {
  const parts: (string | Command)[] = [];
  let literal = '';
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf('%', at);
    if (percent < 0) break;
    literal += format.slice(at, percent);
    if (format.charAt(percent + 1) === '%') {
      literal += '%';
      at = percent + 2;
      continue;
    }
    commandAt.lastIndex = percent;
    const found = commandAt.exec(format);
    if (found === null) {
      return `Incorrect configuration: ${format}. Couldn't find valid command at position ${percent}`;
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push(commandOf(found));
    at = commandAt.lastIndex;
  }
  literal += format.slice(at);
  if (literal !== '') parts.push(literal);
  return parts;
}

function commandOf(found: RegExpExecArray): Command {
  const [, name = '', argument, limit] = found;
  return { name, argument, limit: limit === undefined ? undefined : Number(limit) };
}

/** What a line of the process log is made of. */
export interface LogLine {
  readonly level: string;
  readonly logger: string;
  readonly text: string;
}

type Part = (line: LogLine, now: Date) => string;

const pad = (value: number, length: number): string => String(value).padStart(length, '0');
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Times are UTC, as everything else the proxy writes. */
const time = (now: Date): string =>
  `${pad(now.getUTCHours(), 2)}:${pad(now.getUTCMinutes(), 2)}:${pad(now.getUTCSeconds(), 2)}`;

/** Flags of spdlog's patterns, and Envoy's own `_` and `j`. There are no source lines: those flags print nothing. */
const flags: { readonly [flag: string]: Part } = {
  v: ({ text }) => text,
  _: ({ text }) => escaped(text),
  j: ({ text }) => JSON.stringify(text).slice(1, -1),
  l: ({ level }) => level,
  L: ({ level }) => level.charAt(0).toUpperCase(),
  n: ({ logger }) => logger,
  t: () => String(process.pid),
  P: () => String(process.pid),
  Y: (_line, now) => String(now.getUTCFullYear()),
  C: (_line, now) => pad(now.getUTCFullYear() % 100, 2),
  m: (_line, now) => pad(now.getUTCMonth() + 1, 2),
  d: (_line, now) => pad(now.getUTCDate(), 2),
  D: (_line, now) =>
    `${pad(now.getUTCMonth() + 1, 2)}/${pad(now.getUTCDate(), 2)}/${pad(now.getUTCFullYear() % 100, 2)}`,
  H: (_line, now) => pad(now.getUTCHours(), 2),
  I: (_line, now) => pad(now.getUTCHours() % 12 || 12, 2),
  M: (_line, now) => pad(now.getUTCMinutes(), 2),
  S: (_line, now) => pad(now.getUTCSeconds(), 2),
  p: (_line, now) => (now.getUTCHours() < 12 ? 'AM' : 'PM'),
  R: (_line, now) => time(now).slice(0, 5),
  T: (_line, now) => time(now),
  X: (_line, now) => time(now),
  e: (_line, now) => pad(now.getUTCMilliseconds(), 3),
  f: (_line, now) => pad(now.getUTCMilliseconds() * 1000, 6),
  F: (_line, now) => pad(now.getUTCMilliseconds() * 1_000_000, 9),
  E: (_line, now) => String(Math.floor(now.getTime() / 1000)),
  z: () => '+00:00',
  a: (_line, now) => days[now.getUTCDay()] ?? '',
  b: (_line, now) => months[now.getUTCMonth()] ?? '',
  g: () => '',
  s: () => '',
  '#': () => '',
  '@': () => '',
  '!': () => '',
  '%': () => '%',
};

/** Line ends become `\n` and `\r`, so that a message stays one line. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
}

/** Compiles a pattern; a flag that is not known stays as it is written. */
export function compileLogFormat(pattern: string): (line: LogLine, now: Date) => string {
  const parts: (string | Part)[] = pattern
    .split(/(%.)/su)
    .map((piece) => (piece.startsWith('%') && piece.length > 1 ? (flags[piece.charAt(1)] ?? piece) : piece));
  return (line, now) => parts.map((part) => (typeof part === 'string' ? part : part(line, now))).join('');
}

export const defaultLogFormat = '[%Y-%m-%d %T.%e][%P][%l][%n] %v';

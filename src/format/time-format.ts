/** Renders milliseconds since the epoch. */
export type TimeText = (wallMs: number) => string;

/** What `%START_TIME%` prints without an argument. */
export const defaultTimeFormat = '%Y-%m-%dT%H:%M:%S.%3fZ';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A moment taken apart, in UTC or in the time zone of the process. */
interface Moment {
  readonly epochSeconds: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly yearDay: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetMinutes: number;
  readonly zone: string;
}

function momentOf(epochSeconds: number, isLocal: boolean): Moment {
  const utc = new Date(epochSeconds * 1000);
  const offsetMinutes = isLocal ? -utc.getTimezoneOffset() : 0;
  const shifted = new Date(epochSeconds * 1000 + offsetMinutes * 60_000);
  const year = shifted.getUTCFullYear();
  return {
    epochSeconds,
    year,
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    yearDay: Math.floor((shifted.getTime() - Date.UTC(year, 0, 1)) / 86_400_000),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    offsetMinutes,
    zone: isLocal ? zoneName(utc) : 'UTC',
  };
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(date);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'UTC';
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
const blankTwo = (n: number): string => (n < 10 ? ` ${n}` : String(n));
const hour12 = (m: Moment): number => m.hour % 12 || 12;
const clock = (m: Moment): string => `${two(m.hour)}:${two(m.minute)}:${two(m.second)}`;

function offset(m: Moment, separator: string): string {
  const size = Math.abs(m.offsetMinutes);
  return `${m.offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
}

const name = (list: readonly string[], index: number): string => list[index] ?? '';
const shortName = (list: readonly string[], index: number): string => name(list, index).slice(0, 3);

/** strftime's conversions (C11 7.27.3.5), in the C locale. */
const conversions: { readonly [letter: string]: (m: Moment) => string } = {
  a: (m) => shortName(days, m.weekday),
  A: (m) => name(days, m.weekday),
  b: (m) => shortName(months, m.month),
  B: (m) => name(months, m.month),
  c: (m) =>
    `${shortName(days, m.weekday)} ${shortName(months, m.month)} ${blankTwo(m.day)} ${clock(m)} ${m.year}`,
  C: (m) => two(Math.floor(m.year / 100)),
  d: (m) => two(m.day),
  D: (m) => `${two(m.month + 1)}/${two(m.day)}/${two(m.year % 100)}`,
  e: (m) => blankTwo(m.day),
  F: (m) => `${m.year}-${two(m.month + 1)}-${two(m.day)}`,
  h: (m) => shortName(months, m.month),
  H: (m) => two(m.hour),
  I: (m) => two(hour12(m)),
  j: (m) => String(m.yearDay + 1).padStart(3, '0'),
  k: (m) => blankTwo(m.hour),
  l: (m) => blankTwo(hour12(m)),
  m: (m) => two(m.month + 1),
  M: (m) => two(m.minute),
  n: () => '\n',
  p: (m) => (m.hour < 12 ? 'AM' : 'PM'),
  r: (m) => `${two(hour12(m))}:${two(m.minute)}:${two(m.second)} ${m.hour < 12 ? 'AM' : 'PM'}`,
  R: (m) => `${two(m.hour)}:${two(m.minute)}`,
  s: (m) => String(m.epochSeconds),
  S: (m) => two(m.second),
  t: () => '\t',
  T: clock,
  u: (m) => String(m.weekday || 7),
  U: (m) => two(Math.floor((m.yearDay + 7 - m.weekday) / 7)),
  w: (m) => String(m.weekday),
  W: (m) => two(Math.floor((m.yearDay + 7 - ((m.weekday + 6) % 7)) / 7)),
  x: (m) => `${two(m.month + 1)}/${two(m.day)}/${two(m.year % 100)}`,
  X: clock,
  y: (m) => two(m.year % 100),
  Y: (m) => String(m.year),
  z: (m) => offset(m, ''),
  Z: (m) => m.zone,
  '%': () => '%',
};

/** Whole-second text, a conversion of it, or a number of subsecond digits. */
type Piece = string | ((m: Moment) => string) | number;

const conversionAt = /%(?:(E\*S|E[0-9]S|E[0-9]f|Ez|E4Y|ET)|([1-9])?f|([A-Za-z%]))/g;

function piecesOf(format: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of format.matchAll(conversionAt)) {
    pieces.push(format.slice(at, found.index));
    at = found.index + found[0].length;
    const [whole, extended, digits, letter] = found;
    if (extended !== undefined) pieces.push(...extendedPieces(extended));
    else if (letter === undefined) pieces.push(digits === undefined ? 9 : Number(digits));
    else pieces.push(conversions[letter] ?? whole);
  }
  pieces.push(format.slice(at));
  return pieces;
}

function extendedPieces(text: string): Piece[] {
  if (text === 'Ez') return [(m) => offset(m, ':')];
  if (text === 'ET') return ['T'];
  if (text === 'E4Y') return [(m) => String(m.year).padStart(4, '0')];
  const digits = text.charAt(1) === '*' ? 9 : Number(text.charAt(1));
  if (text.endsWith('f')) return [digits];
  return digits === 0 ? [(m) => two(m.second)] : [(m) => `${two(m.second)}.`, digits];
}

function subsecond(wallMs: number, seconds: number, digits: number): string {
  const ms = wallMs - seconds * 1000;
  if (digits === 3) return String(Math.floor(ms) + 1000).slice(1);
  return String(Math.floor(ms * 1e6) + 1e9).slice(1, 1 + digits);
}

/** Compiles a format; what does not change within a second is rendered once per second. */
export function compileTime(format: string, isLocal: boolean): TimeText {
  const pieces = piecesOf(format === '' ? defaultTimeFormat : format);
  const digits = pieces.filter((piece) => typeof piece === 'number');
  let texts: string[] = [];
  let rendered = Number.NaN;
  return (wallMs) => {
    const seconds = Math.floor(wallMs / 1000);
    if (seconds !== rendered) {
      texts = renderSeconds(pieces, momentOf(seconds, isLocal));
      rendered = seconds;
    }
    let text = texts[0] as string;
    for (let i = 0; i < digits.length; i++) {
      text += subsecond(wallMs, seconds, digits[i] as number) + (texts[i + 1] as string);
    }
    return text;
  };
}

/** The texts between the subsecond digits. */
function renderSeconds(pieces: readonly Piece[], moment: Moment): string[] {
  const texts: string[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      texts.push(text);
      text = '';
    } else text += typeof piece === 'string' ? piece : piece(moment);
  }
  texts.push(text);
  return texts;
}

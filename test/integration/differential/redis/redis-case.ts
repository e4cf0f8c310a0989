/** What a Redis client does, in order. */
export type RedisStep =
  /** Bytes, in a packet of their own. */
  | string
  /** Until the proxy has sent that many replies in all. */
  | { readonly replies: number }
  /** Until a backend has been sent that text. */
  | { readonly atBackend: string }
  /** Until the proxy has closed the connection. */
  | 'closed'
  /** FIN. */
  | 'end'
  /** RST. */
  | 'reset';

/**
 * What a backend answers, by the words of the command or by its name in lower case: bytes in which `<name>` stands for
 * the port of another backend, `close`, or `silent`.
 */
export type BackendRules = { readonly [command: string]: string };

/** One conversation of a Redis client that both proxies must carry in the same way. */
export interface RedisCase {
  readonly name: string;
  /** Listener of the bootstrap; `main` when omitted. */
  readonly listener?: string;
  readonly steps: readonly RedisStep[];
  /** Beside the rules that hold for all cases. */
  readonly rules?: BackendRules;
  /** Lines of the difference that are left out, where the outcome is a race or chance. */
  readonly ignores?: readonly RegExp[];
}

/** A command as an array of bulks. */
export function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** Commands as they are written, words apart, one after the other. */
export function commands(...lines: readonly string[]): string {
  return lines.map((line) => command(...line.split(' '))).join('');
}

/** Commands in one packet, a reply to each. */
export function asked(name: string, lines: readonly string[], rest: Partial<RedisCase> = {}): RedisCase {
  return { name, steps: [commands(...lines), { replies: lines.length }], ...rest };
}

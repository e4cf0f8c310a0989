import {
  type RespArray,
  type RespValue,
  type RespVersion,
  respArray,
  respBulk,
  respError,
  respInteger,
  respSimple,
} from '../../../../codec/redis/resp-value.js';

const ok = respSimple('OK');

/** In Envoy's words. */
export const invalidRequest = respError('invalid request');
export const noProtocol = respError('NOPROTO unsupported protocol version');

/** The second text is the time in microseconds, not the part below the second: Envoy's, and clients of it know. */
export function answerTime(wallMs: number): RespValue {
  const micros = String(Math.floor(wallMs * 1000));
  return respArray([respBulk(String(Math.floor(wallMs / 1000))), respBulk(micros)]);
}

export function answerClient(words: readonly string[]): RespValue {
  const subcommand = words[1] ?? '';
  const name = subcommand.toLowerCase();
  if (name !== 'setname' && name !== 'setinfo') {
    return respError(`ERR CLIENT subcommand '${subcommand}' is not supported by the proxy`);
  }
  const wanted = name === 'setname' ? 3 : 4;
  return words.length === wanted
    ? ok
    : respError(`ERR wrong number of arguments for 'client|${name}' command`);
}

/** What the proxy says of itself. */
export function helloReply(version: RespVersion): RespArray {
  return {
    type: '%',
    items: [
      respBulk('server'),
      respBulk('envoy-redis-proxy'),
      respBulk('version'),
      respBulk('6.0.0'),
      respBulk('proto'),
      respInteger(version),
      respBulk('id'),
      respInteger(0),
      respBulk('mode'),
      respBulk('standalone'),
      respBulk('role'),
      respBulk('master'),
      respBulk('modules'),
      respArray([]),
    ],
  };
}

/** What a client says of who it is. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The options of HELLO: credentials, or what is wrong with them. */
export interface HelloOptions {
  /** Null when none is asked for. */
  readonly version: string | null;
  readonly credentials: Credentials | null;
  readonly error: RespValue | null;
}

export function parseHello(words: readonly string[]): HelloOptions {
  const version = words[1] ?? null;
  let credentials: HelloOptions['credentials'] = null;
  const failed = (text: string): HelloOptions => ({ version, credentials, error: respError(text) });
  for (let i = 2; i < words.length; i++) {
    const option = words[i] ?? '';
    const folded = option.toLowerCase();
    if (folded === 'auth') {
      if (i + 2 >= words.length) return failed('ERR Syntax error: HELLO AUTH requires <username> <password>');
      credentials = { username: words[i + 1] ?? '', password: words[i + 2] ?? '' };
      i += 2;
    } else if (folded === 'setname') {
      if (i + 1 >= words.length) return failed('ERR Syntax error: HELLO SETNAME requires a <clientname>');
      i++;
    } else return failed(`ERR Syntax error: unknown HELLO option '${option}'`);
  }
  return { version, credentials, error: null };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type RespValue,
  type RespVersion,
  respError,
  respSimple,
} from '../../../../codec/redis/resp-value.js';
import type { RedisProxyConfig } from './config.js';
import { helloReply, noProtocol, parseHello } from './local-commands.js';
import { type CommandStats, D } from './redis-stats.js';

const noUser = respError('ERR Client sent AUTH, but no username-password pair is set');
const noPassword = respError('ERR Client sent AUTH, but no password is set');
const wrongPair = respError('WRONGPASS invalid username-password pair');
const wrongPassword = respError('ERR invalid password');
export const authenticationRequired = respError('NOAUTH Authentication required.');

/** What one client has said of who it is, and of the protocol that it speaks. */
export class Authentication {
  private readonly config: RedisProxyConfig;
  private readonly helloStats: CommandStats;
  isPassed: boolean;
  /** Replies are in this. */
  version: RespVersion;

  constructor(config: RedisProxyConfig, helloStats: CommandStats) {
    this.config = config;
    this.helloStats = helloStats;
    this.isPassed = config.passwords.length === 0 && config.username === '';
    this.version = 2;
  }

  /** Nothing but HELLO and AUTH is heard before the protocol is agreed on. */
  get awaitsHello(): boolean {
    return this.version !== this.config.pool.version;
  }

  /** `AUTH password` or `AUTH username password`. */
  auth(words: readonly string[]): RespValue {
    return words.length === 3 ? this.checkPair(words[1] ?? '', words[2] ?? '') : this.checkPassword(words);
  }

  hello(words: readonly string[]): RespValue {
    const { counters } = this.helloStats;
    counters.inc(D.total);
    const reply = this.answerHello(words);
    if (reply.type !== '-') counters.inc(D.success);
    else if (reply !== noUser) counters.inc(D.error);
    return reply;
  }

  private answerHello(words: readonly string[]): RespValue {
    const { version, credentials, error } = parseHello(words);
    const agreed = String(this.config.pool.version);
    if (version === null ? this.awaitsHello : version !== agreed) return noProtocol;
    if (error !== null) return error;
    if (credentials !== null) {
      const verdict = this.checkPair(credentials.username, credentials.password);
      if (verdict.type === '-') return verdict;
    }
    if (!this.isPassed) return authenticationRequired;
    this.version = this.config.pool.version;
    return helloReply(this.version);
  }

  private checkPassword(words: readonly string[]): RespValue {
    if (this.config.passwords.length === 0) return noPassword;
    this.isPassed = this.knows(words[1] ?? '');
    return this.isPassed ? respSimple('OK') : wrongPassword;
  }

  /** Without a user of its own, the proxy calls everybody `default`, or nothing. */
  private checkPair(username: string, password: string): RespValue {
    const { config } = this;
    if (config.username === '' && config.passwords.length === 0) return noUser;
    const isKnown = username === config.username || (config.username === '' && username === 'default');
    this.isPassed = isKnown && this.knows(password);
    return this.isPassed ? respSimple('OK') : wrongPair;
  }

  private knows(password: string): boolean {
    const asked = digestOf(password);
    let isKnown = false;
    for (const known of this.config.passwords) if (timingSafeEqual(asked, digestOf(known))) isKnown = true;
    return isKnown;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}

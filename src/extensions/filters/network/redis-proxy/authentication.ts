import { createHash, timingSafeEqual } from 'node:crypto';
import { type RespValue, respError, respSimple } from '../../../../codec/redis/resp-value.js';
import type { RedisProxyConfig } from './config.js';
import { helloReply, parseHello } from './local-commands.js';
import { type CommandStats, D } from './redis-stats.js';

const noUser = respError('ERR Client sent AUTH, but no username-password pair is set');
const noPassword = respError('ERR Client sent AUTH, but no password is set');
const wrongPair = respError('WRONGPASS invalid username-password pair');
const wrongPassword = respError('ERR invalid password');

/** What one client has said of who it is. */
export class Authentication {
  readonly required: RespValue = respError('NOAUTH Authentication required.');
  private readonly config: RedisProxyConfig;
  private readonly statsOf: (command: string) => CommandStats;
  isPassed: boolean;

  constructor(config: RedisProxyConfig, statsOf: (command: string) => CommandStats) {
    this.config = config;
    this.statsOf = statsOf;
    this.isPassed = config.passwords.length === 0 && config.username === '';
  }

  /** `AUTH password` or `AUTH username password`. */
  auth(words: readonly string[]): RespValue {
    return words.length === 3 ? this.checkPair(words[1] ?? '', words[2] ?? '') : this.checkPassword(words);
  }

  hello(words: readonly string[]): RespValue {
    const { counters } = this.statsOf('hello');
    counters.inc(D.total);
    const { credentials, error } = parseHello(words);
    if (error !== null) {
      counters.inc(D.error);
      return error;
    }
    if (credentials !== null) {
      const verdict = this.checkPair(credentials.username, credentials.password);
      if (!this.isPassed) counters.inc(D.error);
      if (verdict.type === '-') return verdict;
    }
    if (!this.isPassed) {
      counters.inc(D.error);
      return this.required;
    }
    counters.inc(D.success);
    return helloReply;
  }

  private checkPassword(words: readonly string[]): RespValue {
    if (this.config.passwords.length === 0) return noPassword;
    this.isPassed = words.length === 2 && this.knows(words[1] ?? '');
    return this.isPassed ? respSimple('OK') : wrongPassword;
  }

  private checkPair(username: string, password: string): RespValue {
    const { config } = this;
    if (config.username === '' && config.passwords.length === 0) return noUser;
    this.isPassed = (config.username === '' || config.username === username) && this.knows(password);
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

import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../../base/clock.js';
import {
  type RespValue,
  type RespVersion,
  respError,
  respSimple,
} from '../../../../codec/redis/resp-value.js';
import type { RedisProxyConfig } from './config.js';
import { type Credentials, helloReply, noProtocol, parseHello } from './local-commands.js';
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
  private readonly clock: Clock;
  private isGranted: boolean;
  private grantedUntilMs: number;
  /** Replies are in this. */
  version: RespVersion;

  constructor(config: RedisProxyConfig, helloStats: CommandStats, clock: Clock) {
    const { external, passwords, username } = config;
    this.config = config;
    this.helloStats = helloStats;
    this.clock = clock;
    this.isGranted = passwords.length === 0 && username === '' && external === null;
    this.grantedUntilMs = Number.POSITIVE_INFINITY;
    this.version = 2;
  }

  /** What has run out does not come back by itself. */
  get isPassed(): boolean {
    if (this.isGranted && this.grantedUntilMs !== Number.POSITIVE_INFINITY)
      this.isGranted = this.clock.wallMs() <= this.grantedUntilMs;
    return this.isGranted;
  }

  grant(untilMs: number): void {
    this.isGranted = true;
    this.grantedUntilMs = untilMs;
  }

  revoke(): void {
    this.isGranted = false;
  }

  /** From now on replies are in the protocol of the listener. */
  agree(): RespVersion {
    this.version = this.config.pool.version;
    return this.version;
  }

  /** Nothing but HELLO and AUTH is heard before the protocol is agreed on. */
  get awaitsHello(): boolean {
    return this.version !== this.config.pool.version;
  }

  /** `AUTH password` or `AUTH username password`; credentials where somebody else is to be asked about them. */
  auth(words: readonly string[]): RespValue | Credentials {
    if (this.config.external !== null) {
      const hasName = words.length === 3;
      return { username: hasName ? (words[1] ?? '') : '', password: words[hasName ? 2 : 1] ?? '' };
    }
    return words.length === 3 ? this.checkPair(words[1] ?? '', words[2] ?? '') : this.checkPassword(words);
  }

  /** Likewise. */
  hello(words: readonly string[]): RespValue | Credentials {
    const { counters } = this.helloStats;
    counters.inc(D.total);
    const reply = this.answerHello(words);
    if (!('type' in reply)) return reply;
    if (reply.type !== '-') counters.inc(D.success);
    else if (reply !== noUser) counters.inc(D.error);
    return reply;
  }

  private answerHello(words: readonly string[]): RespValue | Credentials {
    const { version, credentials, error } = parseHello(words);
    const agreed = String(this.config.pool.version);
    if (version === null ? this.awaitsHello : version !== agreed) return noProtocol;
    if (error !== null) return error;
    if (credentials !== null) {
      if (this.config.external !== null) return credentials;
      const verdict = this.checkPair(credentials.username, credentials.password);
      if (verdict.type === '-') return verdict;
    }
    if (!this.isPassed) return authenticationRequired;
    return helloReply(this.agree());
  }

  private checkPassword(words: readonly string[]): RespValue {
    if (this.config.passwords.length === 0) return noPassword;
    this.isGranted = this.knows(words[1] ?? '');
    return this.isGranted ? respSimple('OK') : wrongPassword;
  }

  /** Without a user of its own, the proxy calls everybody `default`, or nothing. */
  private checkPair(username: string, password: string): RespValue {
    const { config } = this;
    if (config.username === '' && config.passwords.length === 0) return noUser;
    const isKnown = username === config.username || (config.username === '' && username === 'default');
    this.isGranted = isKnown && this.knows(password);
    return this.isGranted ? respSimple('OK') : wrongPair;
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

import { MersenneTwister } from '../../../../src/base/mersenne-twister.js';
import { knownCommands } from '../../../../src/extensions/filters/network/redis-proxy/commands.js';
import { command, type RedisCase, type RedisStep } from './redis-case.js';

const listeners =
  `main quiet two tags prefixes folded mirrored mirrored-writes reads redirected faults password user custom replicas
  buffered three`
    .trim()
    .split(/\s+/);

const unknown =
  `acl blpop bzpopmin client-x eval_ro fcall lcs lmpop monitor object.x psubscribe reset shutdown subscribe
  wait xgroup xinfo xread xreadgroup xsetid zmpop brpop blmove dbsize save swapdb latency memory spublish`
    .trim()
    .split(/\s+/);
const keys = 'a b c {a}1 {b}2 l:a l:r:b F1 rf:x ab:k zzk other {}x x{a} 0 1 l'.split(' ');
const fillers =
  `0 1 -1 2 x get GET set help HELP setname SETINFO lib-name slots keyslot info nodes load flush len reset
  match * count 10 maxmemory server encoding auth default p1 me 3 2 2.5 999999999999 id`
    .trim()
    .split(/\s+/);
const plainReplies = [
  '+OK\r\n',
  ':1\r\n',
  ':0\r\n',
  ':-7\r\n',
  '$1\r\nv\r\n',
  '$-1\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*1\r\n$1\r\na\r\n',
  '*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n',
  '-ERR no\r\n',
  '-WRONGTYPE bad\r\n',
  '$0\r\n\r\n',
  '*2\r\n:1\r\n*-1\r\n',
  '$17\r\n# Server\r\na:1\r\nb:2\r\n',
  '+QUEUED\r\n',
  '-LOADING x\r\n',
];
const wildReplies = [
  '-MOVED 1 127.0.0.1:<stray>\r\n',
  '-ASK 1 127.0.0.1:<stray>\r\n',
  '-CLUSTERDOWN x\r\n',
  '-TRYAGAIN x\r\n',
  'close',
];

/** Conversations drawn at random; the same for the same seed. */
export class RandomCases {
  private readonly draw: MersenneTwister;
  private readonly names: readonly string[];
  /** A few, as each look at the stats costs more with each listener. */
  private readonly listeners: readonly string[];

  constructor(seed: number) {
    this.draw = new MersenneTwister(seed);
    this.listeners = Array.from({ length: 4 }, () => this.of(listeners));
    // WATCH differs by intent, the time of day and some host by chance.
    this.names = [...knownCommands([]).keys()].filter((name) => !/^(?:watch|time|randomkey)$/.test(name));
  }

  make(name: string): RedisCase {
    const listener = this.of(this.listeners);
    const count = 1 + this.below(10);
    const lines = this.below(5) === 0 ? this.transaction(listener, count) : this.lines(count);
    const text = lines.join('');
    const rules: { [command: string]: string } = {};
    for (let i = this.below(6); i > 0; i--) rules[this.ruleKey()] = this.of(plainReplies);
    if (lines.length <= 2 && this.below(3) === 0) rules[this.ruleKey()] = this.of(wildReplies);
    return {
      name: `${name}, ${listener}`,
      listener,
      rules,
      steps: [...this.cut(text), { replies: lines.length }],
    };
  }

  private below(n: number): number {
    return this.draw.next() % n;
  }

  private of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  private lines(count: number): string[] {
    const skipped = /^(?:multi|exec|discard|unwatch|quit|auth|hello)$/;
    return Array.from({ length: count }, () => {
      for (;;) {
        const words = this.words();
        const name = words[0]?.toLowerCase() ?? '';
        if (!skipped.test(name) || (name !== 'multi' && name !== 'quit' && this.below(4) === 0))
          return command(...words);
      }
    });
  }

  private transaction(listener: string, count: number): string[] {
    if (/prefixes|folded|mirrored|faults|reads|password|user|three/.test(listener)) return this.lines(count);
    const key = this.of(keys);
    const inner = Array.from({ length: count }, () =>
      command(
        ...this.of([
          ['SET', key, '1'],
          ['get', key],
          ['INCR', key],
          ['mget', key],
          ['del', key, key],
          ['KEYS', '*'],
          ['PING'],
          ['GET'],
          ['nosuch', 'x'],
          ['eval', 'x', '1', key],
          ['HSET', key, 'a', 'b'],
        ]),
      ),
    );
    return [
      command(this.of(['MULTI', 'multi', 'Multi'])),
      ...inner,
      command(this.of(['EXEC', 'exec', 'DISCARD'])),
    ];
  }

  private words(): string[] {
    const drawn = this.below(12) === 0 ? this.of(unknown) : this.of(this.names);
    const style = this.below(4);
    const name =
      style === 0
        ? drawn
        : style === 1
          ? drawn.charAt(0).toUpperCase() + drawn.slice(1)
          : drawn.toUpperCase();
    const words = [name];
    const count = this.of([0, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6]);
    for (let i = 0; i < count; i++) words.push(this.below(3) === 0 ? this.of(fillers) : this.of(keys));
    return words;
  }

  private ruleKey(): string {
    const name = this.of(
      this.below(2) === 0
        ? ['get', 'set', 'del', 'info', 'keys', 'scan', 'config', 'script', 'slowlog']
        : this.names,
    );
    const backend = this.of(['', '', 'left: ', 'right: ', 'one: ']);
    return `${backend}${name}`;
  }

  private cut(text: string): RedisStep[] {
    if (text === '' || this.below(3) > 0) return [text];
    const at = 1 + this.below(text.length);
    return [text.slice(0, at), ...(at < text.length ? [text.slice(at)] : [])];
  }
}

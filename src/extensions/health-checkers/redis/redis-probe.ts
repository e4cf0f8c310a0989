import { type BoundStats, statBlock } from '../../../api/stats.js';
import type { RespLimits } from '../../../codec/redis/resp-limits.js';
import type { RespValue } from '../../../codec/redis/resp-value.js';
import {
  failed,
  type OnProbeResult,
  type Probe,
  type ProbeResult,
  passed,
  unreachable,
} from '../../../upstream/health/probe.js';
import type { RedisAsker } from '../../../upstream/redis-asker.js';
import type { RedisCheckConfig } from './config.js';

/** Below `health_check.redis` of the cluster. */
export const R = statBlock({ counters: ['exists_failure'] });

/** Answers are a word or a number. */
export const answerLimits: RespLimits = {
  bulkBytes: 65_536,
  lineBytes: 65_536,
  valueBytes: 65_536,
  elements: 64,
  depth: 4,
};

/** `PING` wants `+PONG`, `EXISTS key` wants `:0`; a host that sends clients elsewhere is well, too. */
export class RedisProbe implements Probe {
  private readonly command: readonly string[];
  private readonly good: RespValue['type'];
  private readonly goodText: string;
  private readonly keepsConnection: boolean;
  private readonly open: (onOver: () => void) => RedisAsker;
  private readonly onResult: OnProbeResult;
  private readonly stats: BoundStats;
  private client: RedisAsker | null;

  constructor(
    { key }: RedisCheckConfig,
    open: (onOver: () => void) => RedisAsker,
    keepsConnection: boolean,
    onResult: OnProbeResult,
    stats: BoundStats,
  ) {
    this.stats = stats;
    this.command = key === '' ? ['PING'] : ['EXISTS', Buffer.from(key).toString('latin1')];
    this.good = key === '' ? '+' : ':';
    this.goodText = key === '' ? 'PONG' : '0';
    this.keepsConnection = keepsConnection;
    this.open = open;
    this.onResult = onResult;
    this.client = null;
  }

  begin(): void {
    this.client ??= this.open(() => {
      this.client = null;
    });
    this.client.ask(this.command, (value) => this.finish(value === null ? unreachable : this.judge(value)));
  }

  abandon(): void {
    this.client?.giveUp();
  }

  close(): void {
    this.client?.giveUp();
  }

  private judge(value: RespValue): ProbeResult {
    const isGood = value.type === this.good && 'text' in value && value.text === this.goodText;
    if (isGood || isRedirection(value)) return passed;
    if (this.good === ':') this.stats.inc(R.exists_failure);
    return failed;
  }

  private finish(result: ProbeResult): void {
    if (!this.keepsConnection) this.client?.close();
    this.onResult(result);
  }
}

function isRedirection(value: RespValue): boolean {
  return value.type === '-' && /^(?:MOVED|ASK) \d+ \S+$/.test(value.text);
}

import { type BoundStats, statBlock } from '../../../api/stats.js';
import { encodeCommand } from '../../../codec/redis/encode-resp.js';
import { RespDecoder } from '../../../codec/redis/resp-decoder.js';
import type { RespLimits } from '../../../codec/redis/resp-limits.js';
import type { RespValue } from '../../../codec/redis/resp-value.js';
import {
  failed,
  type OnProbeResult,
  openProbeConnection,
  type Probe,
  type ProbeResult,
  type ProbeSocket,
  type ProbeTarget,
  passed,
  unreachable,
} from '../../../upstream/health/probe.js';
import type { RedisCheckConfig } from './config.js';

/** Below `health_check.redis` of the cluster. */
export const R = statBlock({ counters: ['exists_failure'] });

/** Answers are a word or a number. */
const limits: RespLimits = {
  bulkBytes: 65_536,
  lineBytes: 65_536,
  valueBytes: 65_536,
  elements: 64,
  depth: 4,
};

/** `PING` wants `+PONG`, `EXISTS key` wants `:0`; a host that sends clients elsewhere is well, too. */
export class RedisProbe implements Probe {
  private readonly target: ProbeTarget;
  private readonly command: string;
  private readonly good: RespValue['type'];
  private readonly goodText: string;
  private readonly keepsConnection: boolean;
  private readonly onResult: OnProbeResult;
  private readonly stats: BoundStats;
  private socket: ProbeSocket | null;
  private decoder: RespDecoder;
  private isRunning: boolean;

  constructor(
    { key }: RedisCheckConfig,
    target: ProbeTarget,
    keepsConnection: boolean,
    onResult: OnProbeResult,
    stats: BoundStats,
  ) {
    this.stats = stats;
    this.target = target;
    this.command = encodeCommand(key === '' ? ['PING'] : ['EXISTS', Buffer.from(key).toString('latin1')]);
    this.good = key === '' ? '+' : ':';
    this.goodText = key === '' ? 'PONG' : '0';
    this.keepsConnection = keepsConnection;
    this.onResult = onResult;
    this.socket = null;
    this.decoder = this.newDecoder();
    this.isRunning = false;
  }

  begin(): void {
    this.isRunning = true;
    if (this.socket === null) {
      this.decoder = this.newDecoder();
      this.socket = this.open();
    }
    this.socket.write(this.command, 'latin1');
  }

  abandon(): void {
    this.close();
  }

  close(): void {
    const { socket } = this;
    this.isRunning = false;
    this.socket = null;
    socket?.destroy();
  }

  private open(): ProbeSocket {
    const socket: ProbeSocket = openProbeConnection(this.target, {
      onConnected: () => undefined,
      onData: (data) => this.onData(data),
      onEnd: () => socket.destroy(),
      onClosed: () => this.onClosed(socket),
    });
    return socket;
  }

  private newDecoder(): RespDecoder {
    return new RespDecoder({ onValue: (value) => this.onValue(value) }, limits);
  }

  private onData(data: Buffer): void {
    if (!this.isRunning) return;
    const text = data.toString('latin1');
    // The decoder takes inline commands too, which no server sends.
    const isInline = this.decoder.pendingBytes === 0 && /^[\w\s"']/.test(text);
    if (isInline || !this.decoder.decode(text)) this.socket?.destroy();
  }

  private onValue(value: RespValue): void {
    if (!this.isRunning) return;
    const isGood = value.type === this.good && 'text' in value && value.text === this.goodText;
    if (isGood || isRedirection(value)) {
      this.finish(passed);
      return;
    }
    if (this.good === ':') this.stats.inc(R.exists_failure);
    this.finish(failed);
  }

  private onClosed(socket: ProbeSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    if (!this.isRunning) return;
    this.isRunning = false;
    this.onResult(unreachable);
  }

  private finish(result: ProbeResult): void {
    this.isRunning = false;
    if (!this.keepsConnection) this.close();
    this.onResult(result);
  }
}

function isRedirection(value: RespValue): boolean {
  return value.type === '-' && /^(?:MOVED|ASK) \d+ \S+$/.test(value.text);
}

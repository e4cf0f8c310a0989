import { connect, type Socket } from 'node:net';

/** What a loop of requests has seen. */
export interface LoopCounts {
  sent: number;
  answered: number;
  /** Requests that were sent and whose connection ended before the answer did. */
  lost: number;
}

const request = 'GET /load HTTP/1.1\r\nhost: test\r\n\r\n';

/**
 * One keep-alive connection that sends its next request when the answer to the last one is there. It ends when it is
 * told to, when an answer announces the close, or when the connection is lost. Answers carry a content length.
 */
export class LoopConnection {
  readonly counts: LoopCounts;
  private readonly socket: Socket;
  private text: string;
  private isStopping: boolean;
  /** The worker that answers here, as the failing filter says; empty before the first answer. */
  worker: string;
  sawClose: boolean;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  private onFirst: () => void;
  readonly first: Promise<void>;

  constructor(port: number) {
    this.counts = { sent: 0, answered: 0, lost: 0 };
    this.text = '';
    this.isStopping = false;
    this.worker = '';
    this.sawClose = false;
    this.onFirst = () => undefined;
    this.first = new Promise((resolve) => {
      this.onFirst = resolve;
    });
    this.socket = connect(port, '127.0.0.1', () => this.send());
    this.socket.setEncoding('latin1').on('data', (text: string) => this.onText(text));
    this.socket.on('error', () => undefined);
    this.ended = new Promise((resolve) =>
      this.socket.once('close', () => {
        this.counts.lost = this.counts.sent - this.counts.answered;
        this.onFirst();
        resolve();
      }),
    );
  }

  /** Ends after the answer that is due. */
  stop(): Promise<void> {
    this.isStopping = true;
    return this.ended;
  }

  private send(): void {
    this.counts.sent++;
    this.socket.write(request);
  }

  private onText(text: string): void {
    this.text += text;
    const head = this.text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.text)?.[1] ?? 0);
    if (this.text.length < head + 4 + length) return;
    this.worker = /\r\nx-worker: (\d+)/.exec(this.text)?.[1] ?? '';
    this.sawClose = /\r\nconnection: close/i.test(this.text.slice(0, head));
    this.text = this.text.slice(head + 4 + length);
    this.counts.answered++;
    this.onFirst();
    if (this.sawClose || this.isStopping) this.socket.end();
    else this.send();
  }
}

/** The counts of several connections together. */
export function totals(connections: readonly LoopConnection[]): LoopCounts {
  const sum = { sent: 0, answered: 0, lost: 0 };
  for (const { counts } of connections) {
    sum.sent += counts.sent;
    sum.answered += counts.answered;
    sum.lost += counts.lost;
  }
  return sum;
}

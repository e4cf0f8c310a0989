import type { BindConfig } from '../network/listener-config.js';
import { bindError } from './bind.js';
import { bindSocket } from './bind-socket.js';
import type { Descriptors } from './descriptors.js';
import type { WorkerShard } from './shard.js';

export interface DatagramSocketsOwner {
  readonly descriptors: Descriptors;
  readonly listener: string;
  /** Gives a duplicate of a bound socket to a worker. */
  send(shard: WorkerShard, fd: number, port: number): void;
}

/**
 * One UDP address with a socket for each worker: the kernel gives a client's datagrams to the same socket. Main keeps
 * every socket open and reads none: what arrives while a worker is down waits for the next one, as far as there is room.
 */
export class DatagramSockets {
  readonly listener: string;
  readonly port: number;
  private readonly owner: DatagramSocketsOwner;
  private readonly fds: readonly number[];
  private readonly given: Set<number>;
  private isClosed: boolean;

  private constructor(owner: DatagramSocketsOwner, fds: readonly number[], port: number) {
    this.owner = owner;
    this.listener = owner.listener;
    this.fds = fds;
    this.port = port;
    this.given = new Set();
    this.isClosed = false;
  }

  /** Throws what the system said, behind `who`. */
  static bind(owner: DatagramSocketsOwner, bind: BindConfig, count: number, who: string): DatagramSockets {
    const { descriptors } = owner;
    const fds: number[] = [];
    let { port } = bind;
    try {
      for (let i = 0; i < count; i++) {
        fds.push(bindSocket(descriptors, { ...bind, port }, count > 1, 'bindUdp'));
        if (port === 0) port = descriptors.portOf(fds[0] as number);
      }
    } catch (error) {
      for (const fd of fds) descriptors.close(fd);
      throw new Error(bindError(bind, who, error instanceof Error ? error : new Error(String(error))));
    }
    return new DatagramSockets(owner, fds, port);
  }

  give(shard: WorkerShard): void {
    const fd = this.fds[shard.index];
    if (this.isClosed || fd === undefined || this.given.has(shard.index)) return;
    let copy: number;
    try {
      copy = this.owner.descriptors.duplicate(fd);
    } catch {
      // No descriptor is left: this is tried again when the workers are reviewed.
      return;
    }
    this.given.add(shard.index);
    this.owner.send(shard, copy, this.port);
  }

  takeBack(index: number): void {
    this.given.delete(index);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const fd of this.fds) this.owner.descriptors.close(fd);
  }
}

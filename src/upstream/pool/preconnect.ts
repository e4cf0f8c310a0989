import type { CircuitBreaker } from '../../api/upstream.js';
import type { PoolProtocol } from '../http-protocol.js';

/** What is asked of a pool and what it has, in streams. */
export interface PoolDemand {
  readonly waiting: number;
  readonly activeStreams: number;
  /** Streams that its connections could take besides, those counted that are being made. */
  readonly room: number;
}

/** A pool that asks for another of its kind. */
export interface AskingPool {
  readonly breaker: CircuitBreaker;
  readonly protocol: PoolProtocol;
}

/** A pool that can be told to have a connection ready. */
export interface PreparedPool {
  /** Opens a connection unless there is room for one more stream by that ratio; answers whether it did. */
  dialAhead(ratio: number): boolean;
}

/** Whether one more stream would find too little room: there should be `ratio` times as much as is in use. */
export function lacksRoomAhead(demand: PoolDemand, ratio: number): boolean {
  const { waiting, activeStreams, room } = demand;
  return (waiting + activeStreams + 1) * ratio > room + activeStreams;
}

/** Hosts that are connected to at most ahead of one stream. */
const mostAhead = 3;

/** Before a stream begins: connects to hosts that come next, as long as all pools together lack room. */
export function preconnectAhead(
  pools: Iterable<PoolDemand>,
  ratio: number,
  nextPool: () => PreparedPool | null,
): void {
  for (let i = 0; i < mostAhead; i++) {
    if (!lacksRoomAhead(sumOf(pools), ratio)) return;
    const pool = nextPool();
    if (pool === null || !pool.dialAhead(ratio)) return;
  }
}

function sumOf(pools: Iterable<PoolDemand>): PoolDemand {
  const sum = { waiting: 0, activeStreams: 0, room: 0 };
  for (const { waiting, activeStreams, room } of pools) {
    sum.waiting += waiting;
    sum.activeStreams += activeStreams;
    sum.room += room;
  }
  return sum;
}

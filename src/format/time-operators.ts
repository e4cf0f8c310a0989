import type { LogContext, StreamInfo, StreamTimes, UpstreamConnectionTimes } from '../api/stream-info.js';
import { systemClock } from '../base/clock.js';
import { toByteText } from './byte-text.js';
import {
  bareNumber,
  type Field,
  numberField,
  type Operator,
  type OperatorTable,
  textField,
  withArgumentAlone,
} from './field.js';
import { compileTime } from './time-format.js';

/** What the operators of local time print without an argument. */
const localTimeFormat = '%Y-%m-%dT%H:%M:%S.%3f%z';

function timeOperator(wallMs: (context: LogContext) => number, isLocal: boolean): Operator {
  return {
    argument: 'optional',
    allowsLimit: false,
    make: (command) => {
      const format = command.argument ?? '';
      const render = compileTime(toByteText(format === '' && isLocal ? localTimeFormat : format), isLocal);
      return textField((context) => render(wallMs(context)));
    },
  };
}

const startTime = (context: LogContext): number => context.info.startWallMs;

/** End of the stream, or now while it runs. */
function emitTime(context: LogContext): number {
  const { startMs, endMs } = context.info.times;
  return Number.isNaN(endMs) ? systemClock.wallMs() : context.info.startWallMs + (endMs - startMs);
}

type Point = keyof StreamTimes;

/** Whole milliseconds between two points, NaN while one of them has not happened. */
function between(from: Point, to: Point): (context: LogContext) => number {
  return (context) => Math.floor(context.info.times[to] - context.info.times[from]);
}

/** Names of `COMMON_DURATION`. */
const points: { readonly [name: string]: Point } = {
  DS_RX_BEG: 'startMs',
  DS_RX_END: 'requestCompleteMs',
  US_TX_BEG: 'upstreamFirstTxMs',
  US_TX_END: 'upstreamLastTxMs',
  US_RX_BEG: 'upstreamFirstRxMs',
  US_RX_BODY_BEG: 'upstreamFirstBodyMs',
  US_RX_END: 'upstreamLastRxMs',
  DS_TX_BEG: 'downstreamFirstTxMs',
  DS_TX_END: 'downstreamLastTxMs',
};

const unitsPerMs: { readonly [unit: string]: number } = { ms: 1, us: 1e3, ns: 1e6 };

/** Those of the connection that the last attempt went over, be it older than the request. */
const connectionPoints: { readonly [name: string]: keyof UpstreamConnectionTimes } = {
  US_CX_BEG: 'startMs',
  US_CX_END: 'connectedMs',
  US_HS_END: 'handshakeMs',
};

function pointInTime(name: string): (info: StreamInfo) => number {
  const point = points[name];
  if (point !== undefined) return ({ times }) => times[point];
  const ofConnection = connectionPoints[name];
  if (ofConnection === undefined) return () => Number.NaN;
  return ({ upstreamConnectionTimes }) => upstreamConnectionTimes?.[ofConnection] ?? Number.NaN;
}

function commonDuration(argument: string): Field | string {
  const [from, to, unit = 'ms', ...more] = argument.split(':');
  if (from === undefined || to === undefined || more.length > 0) {
    return 'Invalid common duration configuration.';
  }
  const factor = unitsPerMs[unit];
  if (factor === undefined) return `Invalid common duration precision: ${unit}.`;
  // Envoy accepts any word as a point and finds nothing recorded under it.
  const start = pointInTime(from);
  const end = pointInTime(to);
  return numberField(({ info }) => {
    const span = Math.floor((end(info) - start(info)) * factor);
    return span < 0 ? Number.NaN : span;
  });
}

function poolReadyDuration({ info: { relay, times } }: LogContext): number {
  const start = relay === null ? times.upstreamStartMs : times.startMs;
  return Math.floor((relay?.poolReadyMs ?? times.upstreamFirstTxMs) - start);
}

export const timeOperators: OperatorTable = {
  START_TIME: timeOperator(startTime, false),
  START_TIME_LOCAL: timeOperator(startTime, true),
  EMIT_TIME: timeOperator(emitTime, false),
  EMIT_TIME_LOCAL: timeOperator(emitTime, true),
  DURATION: bareNumber(between('startMs', 'endMs')),
  REQUEST_DURATION: bareNumber(between('startMs', 'requestCompleteMs')),
  REQUEST_TX_DURATION: bareNumber(between('startMs', 'upstreamLastTxMs')),
  UPSTREAM_CONNECTION_POOL_READY_DURATION: bareNumber(poolReadyDuration),
  RESPONSE_DURATION: bareNumber(between('startMs', 'upstreamFirstRxMs')),
  RESPONSE_TX_DURATION: bareNumber(between('upstreamFirstRxMs', 'downstreamLastTxMs')),
  COMMON_DURATION: withArgumentAlone('required', commonDuration),
};

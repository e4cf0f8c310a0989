import { ResponseFlag, responseFlagTexts } from '../api/response-flags.js';
import type { LogContext } from '../api/stream-info.js';
import { autopsiesText } from './autopsy-text.js';
import { toByteText } from './byte-text.js';
import {
  bareNumber,
  bareText,
  type Field,
  type FieldText,
  numberField,
  type Operator,
  type OperatorTable,
  textField,
  withArgumentAlone,
} from './field.js';
import { grpcStatusNames, grpcStatusOf, isGrpcContentType } from './grpc-status.js';

/** Empty counts as missing. */
export function presentText(text: (context: LogContext) => string): FieldText {
  return (context) => {
    const value = text(context);
    return value === '' ? undefined : toByteText(value);
  };
}

/**
 * TCP proxying gives up when the last connection has failed: what became of retries comes behind it. What takes too long
 * is known before the tunnel fails that it was waiting for.
 */
const tcpFlagTexts = [
  ...responseFlagTexts.filter(([bit]) => bit === ResponseFlag.durationTimeout),
  ...responseFlagTexts.slice(1).filter(([bit]) => bit !== ResponseFlag.durationTimeout),
  ...responseFlagTexts.slice(0, 1),
];

/** Sets of flags as text, each rendered once. */
function flagsText(column: 1 | 2): FieldText {
  const ofRequests = renderedFlags(responseFlagTexts, column);
  const ofConnections = renderedFlags(tcpFlagTexts, column);
  return (context) => (context.info.protocol === '' ? ofConnections : ofRequests)(context);
}

function renderedFlags(texts: typeof responseFlagTexts, column: 1 | 2): FieldText {
  const rendered = new Map<number, string>([[0, '-']]);
  return ({ info }) => {
    let text = rendered.get(info.responseFlags);
    if (text === undefined) {
      const set = texts.filter(([bit]) => (info.responseFlags & bit) !== 0);
      text = set.map((flag) => flag[column]).join(',');
      if (rendered.size < 1024) rendered.set(info.responseFlags, text);
    }
    return text;
  };
}

const responseCodeDetails: Operator = {
  argument: 'optional',
  allowsLimit: false,
  make: ({ argument }) => {
    const keepsSpaces = argument === 'ALLOW_WHITESPACES';
    return textField(({ info }) => {
      const details = toByteText(info.responseCodeDetails);
      if (details === '') return undefined;
      return keepsSpaces || !/\s/.test(details) ? details : details.replace(/\s/g, '_');
    });
  },
};

function isGrpc(context: LogContext): boolean {
  return isGrpcContentType(context.requestHeaders?.get('content-type'));
}

const grpcStatusNumber = (context: LogContext): number =>
  isGrpc(context) ? grpcStatusOf(context) : Number.NaN;

function grpcStatusField(argument: string): Field | string {
  if (argument === 'NUMBER') return numberField(grpcStatusNumber);
  if (argument !== '' && argument !== 'CAMEL_STRING' && argument !== 'SNAKE_STRING') {
    return `GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER. Got: ${argument}`;
  }
  const column = argument === 'SNAKE_STRING' ? 1 : 0;
  return textField((context) => {
    const status = grpcStatusNumber(context);
    if (Number.isNaN(status)) return undefined;
    return grpcStatusNames[status]?.[column] ?? String(status);
  });
}

/** Not one of Envoy's: what happened upstream to each attempt that failed. JSON formats show the whole of it. */
function autopsyField(argument: string): Field | string {
  if (argument === 'CAUSE')
    return textField(({ info }) => info.autopsies?.map(({ cause }) => cause).join(','));
  if (argument !== '') return `SLUICE_AUTOPSY takes CAUSE or nothing, not ${argument}`;
  return {
    text: ({ info }) => (info.autopsies === null ? undefined : toByteText(autopsiesText(info.autopsies))),
    value: ({ info }) => info.autopsies,
  };
}

export const outcomeOperators: OperatorTable = {
  SLUICE_AUTOPSY: withArgumentAlone('optional', autopsyField),
  PROTOCOL: bareText(presentText(({ info }) => info.protocol)),
  UPSTREAM_PROTOCOL: bareText(presentText(({ info }) => info.upstreamProtocol)),
  RESPONSE_CODE: bareNumber(({ info }) => info.responseCode),
  RESPONSE_CODE_DETAILS: responseCodeDetails,
  CONNECTION_TERMINATION_DETAILS: bareText(
    presentText(({ info }) => info.connection.connectionTerminationDetails),
  ),
  RESPONSE_FLAGS: bareText(flagsText(1)),
  RESPONSE_FLAGS_LONG: bareText(flagsText(2)),
  GRPC_STATUS: withArgumentAlone('optional', grpcStatusField),
  GRPC_STATUS_NUMBER: bareNumber(grpcStatusNumber),
  LOCAL_REPLY_BODY: bareText(({ info }) => toByteText(info.localReplyBody)),
  ACCESS_LOG_TYPE: bareText((context) => context.logType),
  BYTES_RECEIVED: bareNumber(({ info }) => info.bytesReceived),
  BYTES_SENT: bareNumber(({ info }) => info.bytesSent),
  UPSTREAM_TRANSPORT_FAILURE_REASON: bareText(
    presentText(({ info }) => info.upstreamTransportFailureReason.replace(/\s/g, '_')),
  ),
  // The peer was first: there is no reason of ours.
  DOWNSTREAM_LOCAL_CLOSE_REASON: bareText(
    presentText(({ info: { connection } }) =>
      connection.localCloseReason === 'remote_close' ? '' : connection.localCloseReason,
    ),
  ),
  UPSTREAM_LOCAL_CLOSE_REASON: bareText(presentText(({ info }) => info.relay?.upstreamCloseReason ?? '')),
  DOWNSTREAM_DETECTED_CLOSE_TYPE: bareText(({ info }) => info.relay?.downstreamCloseType ?? 'Normal'),
  // Of the upstream nothing is told where no request came to one.
  UPSTREAM_DETECTED_CLOSE_TYPE: bareText(
    ({ info }) => info.relay?.upstreamCloseType ?? (info.upstreamConnectionId === 0 ? undefined : 'Normal'),
  ),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: bareNumber(({ info }) => info.attemptCount),
  CONNECTION_ID: bareNumber(({ info }) => info.connection.id),
  UPSTREAM_CONNECTION_ID: bareNumber(({ info }) => info.upstreamConnectionId),
};

import type { StreamResetReason } from '../../../../api/codec.js';
import type { LocalReplyOptions } from '../../../../api/http-filter.js';
import { ResponseFlag } from '../../../../api/response-flags.js';
import type { ResponseHeaders } from '../../../../base/header-map.js';
import { failureDetails, failureOf } from '../../../../upstream/attempt/upstream-failure.js';

/** An answer that the router gives itself. */
export interface LocalAnswer {
  readonly status: number;
  readonly body: string;
  readonly options: LocalReplyOptions;
}

const overloaded = [['x-envoy-overloaded', 'true']] as const;

export const noRoute: LocalAnswer = {
  status: 404,
  body: '',
  options: { details: 'route_not_found', flags: ResponseFlag.noRouteFound },
};

export const noHealthyHost: LocalAnswer = {
  status: 503,
  body: 'no healthy upstream',
  options: { details: 'no_healthy_upstream', flags: ResponseFlag.noHealthyUpstream },
};

/** The request outgrew what may be kept of it while a retry was due. */
export const outgrown: LocalAnswer = {
  status: 507,
  body: 'exceeded request buffer limit while retrying upstream',
  options: { details: 'request_payload_exceeded_retry_buffer_limit', cutsRequest: true },
};

/** A WebSocket that was answered like any request: the client gets the head alone, lest it take the body for frames. */
export function failedHandshake(response: ResponseHeaders): LocalAnswer {
  const headers = response.names.map((name, i) => [name, response.values[i] as string] as const);
  return {
    status: response.status,
    body: '',
    options: { details: 'websocket_handshake_unsuccessful', headers },
  };
}

export function noCluster(status: number): LocalAnswer {
  return { status, body: '', options: { details: 'cluster_not_found', flags: ResponseFlag.noClusterFound } };
}

export const earlyConnectData: LocalAnswer = {
  status: 400,
  body: '',
  options: { details: 'early_connect_data' },
};

/** A header that the router was told to be strict with. */
export function badHeader({ name, value }: { readonly name: string; readonly value: string }): LocalAnswer {
  return {
    status: 400,
    body: `invalid header '${name}' with value '${value}'`,
    options: {
      details: `request_headers_failed_strict_check{${name}}`,
      flags: ResponseFlag.invalidEnvoyRequestHeaders,
    },
  };
}

/** `isSilent`: no x-envoy headers of the proxy's own. */
export function maintenance(isSilent: boolean): LocalAnswer {
  const options: LocalReplyOptions = { details: 'maintenance_mode', flags: ResponseFlag.upstreamOverflow };
  return {
    status: 503,
    body: 'maintenance mode',
    options: isSilent ? options : { ...options, headers: overloaded },
  };
}

/** The drop policy of the cluster's assignment refuses the request, or every request. */
export function dropped(isAll: boolean, isSilent: boolean): LocalAnswer {
  const { body, details, flags, header } = isAll ? allDropped : someDropped;
  return {
    status: 503,
    body,
    options: isSilent ? { details, flags } : { details, flags, headers: [[header, 'true']] },
  };
}

const someDropped = {
  body: 'drop overload',
  details: 'drop_overload',
  flags: ResponseFlag.dropOverload,
  header: 'x-envoy-drop-overload',
};

const allDropped = {
  body: 'unconditional drop overload',
  details: 'unconditional_drop_overload',
  flags: ResponseFlag.unconditionalDropOverload,
  header: 'x-envoy-unconditional-drop-overload',
};

/** `isEmpty`: the request asked for an empty 204 instead of an error. */
export function timedOut(details: string, isEmpty: boolean): LocalAnswer {
  const options = { details, flags: ResponseFlag.upstreamRequestTimeout };
  return isEmpty
    ? { status: 204, body: '', options }
    : { status: 504, body: 'upstream request timeout', options };
}

/** An attempt lasted too long; of a request that is still being sent the client is to blame. */
export function outlasted(isRequestComplete: boolean): LocalAnswer {
  return {
    status: isRequestComplete ? 504 : 408,
    body: 'upstream max stream duration reached',
    options: {
      details: 'upstream_max_stream_duration_reached',
      flags: ResponseFlag.upstreamMaxStreamDurationReached,
    },
  };
}

/**
 * The last attempt failed before its response began; `transport` says why a connection did not stand. An informational
 * head is a beginning as far as the details go.
 */
export function failedUpstream(
  reason: StreamResetReason,
  transport: string,
  hasRetried: boolean,
  isSilent: boolean,
  hasInformed: boolean,
): LocalAnswer {
  const failure = failureOf(reason);
  const retried = hasRetried ? 'retried and the latest ' : '';
  const details = failureDetails(hasInformed ? 'after' : 'before', failure, transport);
  const options = { details, flags: failure.flag };
  return {
    status: failure.status,
    body: `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${failure.text}`,
    options: reason === 'overflow' && !isSilent ? { ...options, headers: overloaded } : options,
  };
}

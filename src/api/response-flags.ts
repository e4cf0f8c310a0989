/**
 * Why a request or connection ended as it did, as bits; Envoy's names. Order of declaration is the order in which
 * several are printed. JavaScript's bit operations hold 32, Envoy has 31.
 */
export const ResponseFlag = {
  failedLocalHealthCheck: 1 << 0,
  noHealthyUpstream: 1 << 1,
  upstreamRequestTimeout: 1 << 2,
  localReset: 1 << 3,
  upstreamRemoteReset: 1 << 4,
  upstreamConnectionFailure: 1 << 5,
  upstreamConnectionTermination: 1 << 6,
  upstreamOverflow: 1 << 7,
  noRouteFound: 1 << 8,
  delayInjected: 1 << 9,
  faultInjected: 1 << 10,
  rateLimited: 1 << 11,
  unauthorizedExternalService: 1 << 12,
  rateLimitServiceError: 1 << 13,
  downstreamConnectionTermination: 1 << 14,
  upstreamRetryLimitExceeded: 1 << 15,
  streamIdleTimeout: 1 << 16,
  invalidEnvoyRequestHeaders: 1 << 17,
  downstreamProtocolError: 1 << 18,
  upstreamMaxStreamDurationReached: 1 << 19,
  responseFromCacheFilter: 1 << 20,
  noFilterConfigFound: 1 << 21,
  durationTimeout: 1 << 22,
  upstreamProtocolError: 1 << 23,
  noClusterFound: 1 << 24,
  overloadManager: 1 << 25,
  dnsResolutionFailed: 1 << 26,
  dropOverload: 1 << 27,
  downstreamRemoteReset: 1 << 28,
  unconditionalDropOverload: 1 << 29,
} as const;

export type ResponseFlagName = keyof typeof ResponseFlag;

/**
 * Short and long text of each flag, in the order in which Envoy prints several: as they are set, so that what
 * became of retries comes before how the last attempt failed.
 */
export const responseFlagTexts: readonly (readonly [bit: number, short: string, long: string])[] = [
  [ResponseFlag.upstreamRetryLimitExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
  [ResponseFlag.upstreamOverflow, 'UO', 'UpstreamOverflow'],
  [ResponseFlag.failedLocalHealthCheck, 'LH', 'FailedLocalHealthCheck'],
  [ResponseFlag.noHealthyUpstream, 'UH', 'NoHealthyUpstream'],
  [ResponseFlag.upstreamRequestTimeout, 'UT', 'UpstreamRequestTimeout'],
  [ResponseFlag.localReset, 'LR', 'LocalReset'],
  [ResponseFlag.upstreamRemoteReset, 'UR', 'UpstreamRemoteReset'],
  [ResponseFlag.upstreamConnectionFailure, 'UF', 'UpstreamConnectionFailure'],
  [ResponseFlag.upstreamConnectionTermination, 'UC', 'UpstreamConnectionTermination'],
  [ResponseFlag.noRouteFound, 'NR', 'NoRouteFound'],
  [ResponseFlag.delayInjected, 'DI', 'DelayInjected'],
  [ResponseFlag.faultInjected, 'FI', 'FaultInjected'],
  [ResponseFlag.rateLimited, 'RL', 'RateLimited'],
  [ResponseFlag.unauthorizedExternalService, 'UAEX', 'UnauthorizedExternalService'],
  [ResponseFlag.rateLimitServiceError, 'RLSE', 'RateLimitServiceError'],
  [ResponseFlag.downstreamConnectionTermination, 'DC', 'DownstreamConnectionTermination'],
  [ResponseFlag.streamIdleTimeout, 'SI', 'StreamIdleTimeout'],
  [ResponseFlag.invalidEnvoyRequestHeaders, 'IH', 'InvalidEnvoyRequestHeaders'],
  [ResponseFlag.downstreamProtocolError, 'DPE', 'DownstreamProtocolError'],
  [ResponseFlag.upstreamMaxStreamDurationReached, 'UMSDR', 'UpstreamMaxStreamDurationReached'],
  [ResponseFlag.responseFromCacheFilter, 'RFCF', 'ResponseFromCacheFilter'],
  [ResponseFlag.noFilterConfigFound, 'NFCF', 'NoFilterConfigFound'],
  [ResponseFlag.durationTimeout, 'DT', 'DurationTimeout'],
  [ResponseFlag.upstreamProtocolError, 'UPE', 'UpstreamProtocolError'],
  [ResponseFlag.noClusterFound, 'NC', 'NoClusterFound'],
  [ResponseFlag.overloadManager, 'OM', 'OverloadManagerTerminated'],
  [ResponseFlag.dnsResolutionFailed, 'DF', 'DnsResolutionFailed'],
  [ResponseFlag.dropOverload, 'DO', 'DropOverload'],
  [ResponseFlag.downstreamRemoteReset, 'DR', 'DownstreamRemoteReset'],
  [ResponseFlag.unconditionalDropOverload, 'UDO', 'UnconditionalDropOverload'],
];

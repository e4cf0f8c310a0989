import type {
  DetectedClient,
  OriginalIpDetector,
  OriginalIpDetectorFactory,
} from '../api/original-ip-detection.js';
import type { Address, ConnectionInfo, StreamInfo } from '../api/stream-info.js';
import type { ThreadScope } from '../api/thread-scope.js';
import type { CidrRange } from '../base/cidr.js';
import { HeaderClass, type RequestHeaders } from '../base/header-map.js';
import { ClientCertHeader } from './client-cert-header.js';
import { addressFromRight, appendForwardedFor, rangeOf } from './forwarded-for.js';
import { removeHopByHop } from './hop-by-hop.js';
import type { ManagerConfig } from './manager-config.js';

/** Headers that only an internal request may bring along. */
const internalOnly = new Set([
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
]);

/** Headers that a request at the edge may not bring along. */
const edgeOnly = new Set([
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
]);

/** What the rules found out about a request. */
export interface RequestOrigin {
  /** The trusted client address. */
  remoteAddress: Address;
  isInternal: boolean;
  /** A detector refuses the request with this status; 0: none does. */
  rejectStatus: number;
}

/**
 * The connection manager's own changes to a request's headers: hop-by-hop removal, client address, internal and edge
 * decisions, x-forwarded-*, x-request-id, via. Compiled from the configuration once per thread.
 */
export class RequestRules {
  private readonly config: ManagerConfig;
  private readonly scope: ThreadScope;
  private readonly internal: readonly CidrRange[];
  private readonly internalOnlyHeaders: ReadonlySet<string>;
  private readonly detectors: readonly OriginalIpDetector[];
  private readonly clientCert: ClientCertHeader;

  constructor(config: ManagerConfig, scope: ThreadScope, internalOnlyHeaders: readonly string[]) {
    this.config = config;
    this.scope = scope;
    this.clientCert = new ClientCertHeader(config.clientCert, scope.runtime);
    this.internal = config.internalRanges.flatMap(rangeOf);
    this.internalOnlyHeaders = new Set(internalOnlyHeaders);
    this.detectors = config.originalIpDetection.map(({ typeUrl, config: settings }) =>
      (scope.extensions.find('original.ip.detection', typeUrl) as OriginalIpDetectorFactory).build(settings),
    );
  }

  /** Changes `headers` in place; `isUpgrade` keeps connection and upgrade. */
  apply(
    headers: RequestHeaders,
    connection: ConnectionInfo,
    isUpgrade: boolean,
    origin: RequestOrigin,
    info: StreamInfo,
  ): void {
    const { classes } = headers;
    if ((classes & HeaderClass.hopByHop) !== 0) {
      reduceTe(headers);
      removeHopByHop(headers, isUpgrade);
    }
    if ((classes & HeaderClass.referer) !== 0) checkReferer(headers);
    if ((classes & HeaderClass.envoy) !== 0) headers.remove('x-envoy-internal');
    const hadForwarded = (classes & HeaderClass.forwarded) !== 0;
    const hadForwardedFor = hadForwarded ? joinForwardedFor(headers) : undefined;
    if (hadForwarded || connection.tls !== null) this.clientCert.apply(headers, connection, info);
    this.findClient(headers, connection, hadForwardedFor, origin);
    if (origin.rejectStatus !== 0) return;
    const isEdge = !origin.isInternal && this.config.useRemoteAddress;
    if ((classes & HeaderClass.envoy) !== 0) this.removeForeign(headers, origin.isInternal, isEdge);
    if (!origin.isInternal && this.internalOnlyHeaders.size > 0) this.removeListed(headers);
    this.setForwarded(headers, connection, hadForwarded);
    this.setIdentity(headers);
    if (isEdge && origin.remoteAddress.isIp) {
      headers.setKnown('x-envoy-external-address', origin.remoteAddress.ip, HeaderClass.envoy);
    }
    if (origin.isInternal) headers.setKnown('x-envoy-internal', 'true', HeaderClass.envoy);
    if (this.config.generateRequestId) this.setRequestId(headers, isEdge, hadForwarded);
  }

  private removeForeign(headers: RequestHeaders, isInternal: boolean, isEdge: boolean): void {
    if (isInternal) return;
    headers.removeWhere((name) => internalOnly.has(name) || (isEdge && edgeOnly.has(name)));
  }

  private removeListed(headers: RequestHeaders): void {
    headers.removeWhere((name) => this.internalOnlyHeaders.has(name));
  }

  private findClient(
    headers: RequestHeaders,
    connection: ConnectionInfo,
    forwardedFor: string | undefined,
    origin: RequestOrigin,
  ): void {
    const { config } = this;
    const peer = connection.remoteAddress;
    const hops = config.xffNumTrustedHops;
    let client = peer;
    if (this.detectors.length > 0) {
      this.detect(headers, connection, origin);
      return;
    }
    if (config.useRemoteAddress) {
      if (hops > 0) client = addressFromRight(forwardedFor, hops - 1) ?? peer;
      if (!config.skipXffAppend) this.appendForwardedFor(headers, connection);
    } else {
      client = addressFromRight(forwardedFor, hops) ?? peer;
    }
    origin.remoteAddress = client;
    origin.isInternal = this.isInternal(client, forwardedFor);
  }

  private isInternal(client: Address, forwardedFor: string | undefined): boolean {
    if (this.config.useRemoteAddress) {
      if (forwardedFor !== undefined) return false;
    } else if (forwardedFor === undefined || forwardedFor.includes(',')) {
      return false;
    }
    if (!client.isIp) return this.config.internalUnixSockets;
    return this.internal.some((range) => range.containsText(client.ip));
  }

  /** The first detector that knows an address has it. */
  private detect(headers: RequestHeaders, connection: ConnectionInfo, origin: RequestOrigin): void {
    const peer = connection.remoteAddress;
    origin.remoteAddress = peer;
    origin.isInternal = false;
    origin.rejectStatus = 0;
    for (const detector of this.detectors) {
      const found: DetectedClient = detector.detect(headers, peer);
      if (found.rejectStatus !== 0) {
        origin.rejectStatus = found.rejectStatus;
        return;
      }
      if (!found.skipsXffAppend) this.appendForwardedFor(headers, connection);
      if (found.address === null) continue;
      origin.remoteAddress = found.address;
      origin.isInternal =
        found.mayBeInternal && this.internal.some((range) => range.containsText(origin.remoteAddress.ip));
      return;
    }
  }

  private appendForwardedFor(headers: RequestHeaders, connection: ConnectionInfo): void {
    const peer = connection.remoteAddress;
    appendForwardedFor(headers, peer, this.scope.node.localAddress);
  }

  private setForwarded(headers: RequestHeaders, connection: ConnectionInfo, hadForwarded: boolean): void {
    const { config } = this;
    const scheme = this.schemeOf(connection);
    const isOurs = config.useRemoteAddress && config.xffNumTrustedHops === 0;
    if (config.schemeToOverwrite !== '') {
      headers.set('x-forwarded-proto', config.schemeToOverwrite);
    } else if (!hadForwarded) {
      headers.addKnown('x-forwarded-proto', scheme, HeaderClass.forwarded);
    } else if (isOurs || !headers.has('x-forwarded-proto')) {
      headers.setKnown('x-forwarded-proto', scheme, HeaderClass.forwarded);
    }
    this.setScheme(headers, scheme, hadForwarded);
    if (!config.appendXForwardedPort) return;
    const port = String(connection.localAddress.port);
    if (isOurs || !headers.has('x-forwarded-port')) headers.set('x-forwarded-port', port);
  }

  /** A connection that was meant for another address may say by its port what was spoken there. */
  private schemeOf({ isTls, isLocalRestored, localAddress }: ConnectionInfo): 'http' | 'https' {
    const { portSchemes } = this.config;
    if (portSchemes !== null && isLocalRestored) {
      if (portSchemes.https.includes(localAddress.port)) return 'https';
      if (portSchemes.http.includes(localAddress.port)) return 'http';
    }
    return isTls ? 'https' : 'http';
  }

  private setScheme(headers: RequestHeaders, fallback: string, hadForwarded: boolean): void {
    if (this.config.schemeToOverwrite !== '') {
      headers.scheme = this.config.schemeToOverwrite;
      return;
    }
    if (headers.scheme !== '') return;
    const forwarded = hadForwarded ? headers.get('x-forwarded-proto') : fallback;
    headers.scheme = forwarded === 'http' || forwarded === 'https' ? forwarded : fallback;
  }

  private setIdentity(headers: RequestHeaders): void {
    const { config, scope } = this;
    if (config.addUserAgent) {
      headers.set('x-envoy-downstream-service-cluster', scope.node.cluster);
      if ((headers.get('user-agent') ?? '') === '') headers.set('user-agent', scope.node.cluster);
      if (scope.node.id !== '') headers.set('x-envoy-downstream-service-node', scope.node.id);
    }
    if (config.via !== '') headers.append('via', config.via, ', ');
  }

  private setRequestId(headers: RequestHeaders, isEdge: boolean, hadForwarded: boolean): void {
    const { random } = this.scope;
    const hasId = hadForwarded && headers.has('x-request-id');
    if (!hasId) headers.addKnown('x-request-id', random.uuid(), HeaderClass.forwarded);
    else if (isEdge && !this.config.preserveExternalRequestId) headers.set('x-request-id', random.uuid());
  }
}

/** The addresses of every x-forwarded-for field as one, in the map as well: who reads one reads all. */
function joinForwardedFor(headers: RequestHeaders): string | undefined {
  const first = headers.indexOf('x-forwarded-for');
  if (first < 0) return undefined;
  const joined = headers.joined('x-forwarded-for');
  if (joined !== headers.values[first]) headers.set('x-forwarded-for', joined as string);
  return joined;
}

/** Te says what this hop takes: of it only `trailers` means anything to the next one. */
function reduceTe(headers: RequestHeaders): void {
  const te = headers.joined('te');
  if (te === undefined || te === 'trailers') return;
  if (hasTrailers(te)) headers.set('te', 'trailers');
  else headers.remove('te');
}

/** The bare token: `trailers` takes no weight (RFC 9110 section 10.1.4). */
function hasTrailers(te: string): boolean {
  return te.split(',').some((token) => token.trim().toLowerCase() === 'trailers');
}

/** A Referer with userinfo or fragment, or one that is no reference at all, does not travel on. */
function checkReferer(headers: RequestHeaders): void {
  const referer = headers.joined('referer');
  if (referer === undefined) return;
  if (headers.indexOf('referer', headers.indexOf('referer') + 1) >= 0) headers.set('referer', referer);
  if (!isValidReferer(referer)) headers.remove('referer');
}

function isValidReferer(referer: string): boolean {
  if (referer.includes('#')) return false;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.exec(referer);
  if (scheme === null) return referer.startsWith('/') || referer === '';
  const authority = referer.slice(scheme[0].length).split(/[/?]/)[0] as string;
  return authority !== '' && !authority.includes('@');
}

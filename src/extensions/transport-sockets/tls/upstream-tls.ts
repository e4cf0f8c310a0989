import { isIP, Socket, type SocketConnectOpts } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type {
  TransportOptions,
  TransportScope,
  UpstreamReads,
  UpstreamTransport,
  UpstreamTransportContext,
  UpstreamTransportFactory,
} from '../../../network/transport-socket.js';
import { type CertificateConfig, readCertificates } from './certificate-config.js';
import { LiveCertificate } from './certificate-facts.js';
import { summarize } from './certificate-summary.js';
import { cipherString, clientOrder } from './cipher-order.js';
import { parseUpstreamTls, type UpstreamTlsConfig } from './context-config.js';
import { failureText, verifyFailureText } from './failure-text.js';
import { LiveTlsInfo } from './live-tls-info.js';
import { curveOfClient, signatureNameOf } from './negotiated.js';
import { PeerCheck } from './peer-check.js';
import { crlOption } from './server-credentials.js';
import { verifyErrorOf } from './server-socket.js';
import { SessionCache } from './session-cache.js';
import { F, sslStats, T, TlsStats } from './tls-stats.js';
import { mergeValidation, type ValidationConfig } from './validation-config.js';

/** What connections to a cluster are made with, as of one version of its secrets. */
interface ClientIdentity {
  readonly context: SecureContext;
  readonly check: PeerCheck;
  readonly local: LiveCertificate | null;
}

/** TLS towards the hosts of a cluster in one thread. */
export class UpstreamTls implements UpstreamTransport {
  readonly isSecure = true;
  private readonly config: UpstreamTlsConfig;
  private readonly scope: TransportScope;
  private readonly stats: TlsStats;
  private readonly sessions: SessionCache;
  private identity: ClientIdentity | null;
  private generation: number;

  constructor(config: UpstreamTlsConfig, scope: TransportScope, context: UpstreamTransportContext) {
    this.config = config;
    this.scope = scope;
    this.stats = new TlsStats(scope.stats, context.statPrefix, 'client');
    this.sessions = new SessionCache(config.maxSessionKeys);
    this.identity = null;
    this.generation = -1;
  }

  connect(
    target: SocketConnectOpts,
    hostname: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
    carrier?: Socket,
  ): Socket {
    const identity = this.identityNow();
    if (identity === null) {
      this.stats.factory.inc(F.upstream_context_secrets_not_ready);
      carrier?.destroy();
      return unconnected();
    }
    const serverName = this.serverNameOf(hostname, options);
    const key = `${JSON.stringify(target)} ${serverName}`;
    const session = this.sessions.take(key);
    const alpn = this.protocolsFor(options);
    const wish: ConnectionOptions = {
      secureContext: identity.context,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      // The library refuses an address as a name, as the RFC does (6066, section 3).
      ...(serverName === '' || isIP(serverName) !== 0 ? {} : { servername: serverName }),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
      ...(session === undefined ? {} : { session }),
    };
    const onread = { buffer: reads.buffer, callback: (length: number) => reads.onRead(length) };
    const way = carrier === undefined ? target : { socket: carrier };
    const socket = connect(Object.assign(wish, way, { onread, allowHalfOpen: true }));
    // The library keeps `noDelay` of the target to itself.
    socket.once('connect', () => socket.setNoDelay(true));
    socket.on('session', (bytes: Buffer) => this.sessions.add(key, bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.onError(error));
    socket.once('secureConnect', () => this.onSecure(socket, identity, serverName, options, reads));
    return socket;
  }

  failureText(code: string): string {
    return failureText(code);
  }

  /** Runs before the connection looks at the error: a FIN in the handshake is no reset, though Node says so. */
  private onError(error: NodeJS.ErrnoException): void {
    if (error.code === 'ECONNRESET' && error.syscall === undefined) error.code = '';
    const text = failureText(error.code ?? '');
    if (text !== '' && !text.includes('CERTIFICATE_VERIFY_FAILED')) this.stats.ssl.inc(T.connection_error);
  }

  private protocolsFor(options: TransportOptions | null): readonly string[] {
    const configured = this.config.context.alpn;
    if (options === null) return configured;
    if (options.alpn.length > 0) return options.alpn;
    return configured.length > 0 ? configured : options.alpnFallback;
  }

  private serverNameOf(hostname: string, options: TransportOptions | null): string {
    const wanted = options?.serverName ?? '';
    if (wanted !== '') return wanted;
    return this.config.autoHostSni && hostname !== '' ? hostname : this.config.sni;
  }

  private onSecure(
    socket: TLSSocket,
    identity: ClientIdentity,
    serverName: string,
    options: TransportOptions | null,
    reads: UpstreamReads,
  ): void {
    if (socket.destroyed) return;
    const facts = new LiveTlsInfo(socket, identity.local, serverName);
    const wanted = options?.subjectAltNames ?? [];
    const byName = this.config.autoSniSanValidation && serverName !== '' ? [serverName] : [];
    const verdict = identity.check.judge({
      leaf: facts.peer,
      chain: facts.peerChain,
      verifyError: verifyErrorOf(socket),
      extraNames: wanted.length > 0 ? wanted : byName,
      nowMs: this.scope.clock.wallMs(),
    });
    if (verdict.stat >= 0) this.stats.ssl.inc(verdict.stat);
    if (!verdict.isAccepted) {
      socket.destroy(Object.assign(new Error(verdict.detail), { code: verifyFailureText(verdict.detail) }));
      return;
    }
    facts.isPeerValidated = verdict.isValidated;
    const { stats } = this;
    stats.ssl.inc(T.handshake);
    if (socket.isSessionReused()) stats.ssl.inc(T.session_reused);
    stats.count('ciphers', facts.cipher);
    stats.count('versions', facts.version);
    stats.count('curves', curveOfClient(socket));
    if (facts.peer !== null) stats.count('sigalgs', signatureNameOf(facts.peer));
    reads.onReady(facts);
  }

  /** The identity of now; made anew when a secret has changed, null while one is missing. */
  private identityNow(): ClientIdentity | null {
    const { secrets } = this.scope;
    if (this.generation === secrets.generation) return this.identity;
    const isUpdate = this.generation >= 0;
    this.generation = secrets.generation;
    const { context } = this.config;
    const [secret] = context.certificateSecrets;
    const usesSecret = context.certificates.length === 0 && secret !== undefined;
    const certificate = usesSecret
      ? (secrets.get(secret) as CertificateConfig | undefined)
      : (context.certificates[0] ?? null);
    let validation = context.validation;
    if (context.validationSecret !== '') {
      const over = secrets.get(context.validationSecret) as ValidationConfig | undefined;
      if (over === undefined) return null;
      validation = validation === null ? over : mergeValidation(validation, over);
    }
    if (certificate === undefined) return null;
    if (isUpdate && (usesSecret || context.validationSecret !== ''))
      this.stats.factory.inc(F.ssl_context_update_by_sds);
    this.identity = this.makeIdentity(certificate, validation);
    return this.identity;
  }

  private makeIdentity(
    certificate: CertificateConfig | null,
    validation: ValidationConfig | null,
  ): ClientIdentity {
    const { params } = this.config.context;
    const credentials =
      certificate === null
        ? {}
        : certificate.pkcs12 === null
          ? { cert: certificate.chain, key: certificate.key }
          : { pfx: Buffer.from(certificate.pkcs12), passphrase: certificate.password };
    const context = createSecureContext({
      ...credentials,
      ca: validation === null || validation.trustedCa === '' ? [] : validation.trustedCa,
      ...crlOption(validation),
      ...{ allowPartialTrustChain: true },
      minVersion: params.minVersion,
      maxVersion: params.maxVersion,
      ciphers: cipherString(params, clientOrder(params, null, false)),
      ecdhCurve: params.groups.join(':'),
      sigalgs: params.signatureAlgorithms.join(':'),
    });
    const leaf = certificate === null ? undefined : readCertificates(certificate.chain)?.[0];
    return {
      context,
      check: new PeerCheck(validation),
      local: leaf === undefined ? null : LiveCertificate.of(leaf.raw),
    };
  }
}

/** A socket that never connects: what its cluster needs has not been delivered. */
function unconnected(): Socket {
  const socket = new Socket();
  setImmediate(() =>
    socket.destroy(
      Object.assign(new Error('secrets are not ready'), { code: 'TLS_error: Secret is not supplied by SDS' }),
    ),
  );
  return socket;
}

export const upstreamTls: UpstreamTransportFactory<UpstreamTlsConfig> = {
  name: 'envoy.transport_sockets.tls',
  typeUrl: 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  stats: sslStats('client'),
  parse: parseUpstreamTls,
  certificates: ({ context }, secrets) => summarize(context, secrets),
  build: (config, scope, context) => new UpstreamTls(config, scope, context),
};

import { isIP, Socket, type SocketConnectOpts } from 'node:net';
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { Plain } from '../../../base/plain.js';
import { InternalSocket } from '../../../network/internal-socket.js';
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
import { acceptedBefore, PeerCheck, type PeerVerdict } from './peer-check.js';
import { crlOption } from './server-credentials.js';
import { copyIn, verifyErrorOf } from './server-socket.js';
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
  private sessions: SessionCache;
  private identity: ClientIdentity | null;
  /** The secrets that it was made of. */
  private used: readonly Plain[];
  private generation: number;

  constructor(config: UpstreamTlsConfig, scope: TransportScope, context: UpstreamTransportContext) {
    this.config = config;
    this.scope = scope;
    this.stats = new TlsStats(scope.stats, context.statPrefix, 'client');
    this.sessions = new SessionCache(config.maxSessionKeys);
    this.identity = null;
    this.used = [];
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
    const names = options?.subjectAltNames ?? [];
    const key = JSON.stringify([target, serverName, names]);
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
    // Over what is no socket of the system the library forgets `onread`.
    if (carrier instanceof InternalSocket)
      socket.on('data', (bytes: Buffer) => copyIn(bytes, reads, reads.buffer, socket));
    // The library keeps `noDelay` of the target to itself.
    socket.once('connect', () => socket.setNoDelay(true));
    const { sessions } = this;
    let isAccepted = false;
    let early: Buffer | null = null;
    socket.on('session', (bytes: Buffer) => {
      if (isAccepted) sessions.add(key, bytes);
      else early = bytes;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.onError(error));
    socket.once('secureConnect', () => {
      isAccepted = this.onSecure(socket, identity, serverName, names, reads);
      if (isAccepted && early !== null) sessions.add(key, early);
    });
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

  /** Whether the host may be talked to. */
  private onSecure(
    socket: TLSSocket,
    identity: ClientIdentity,
    serverName: string,
    wanted: readonly string[],
    reads: UpstreamReads,
  ): boolean {
    if (socket.destroyed) return false;
    const facts = new LiveTlsInfo(socket, identity.local, serverName);
    const verdict = this.judge(socket, facts, identity, wanted);
    if (verdict.stat >= 0) this.stats.ssl.inc(verdict.stat);
    if (!verdict.isAccepted) {
      socket.destroy(Object.assign(new Error(verdict.detail), { code: verifyFailureText(verdict.detail) }));
      return false;
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
    return true;
  }

  /** Sessions are those of hosts that passed, under the same rules; what they show by then is the leaf alone. */
  private judge(
    socket: TLSSocket,
    { peer, peerChain, serverName }: LiveTlsInfo,
    { check }: ClientIdentity,
    wanted: readonly string[],
  ): PeerVerdict {
    if (socket.isSessionReused()) return acceptedBefore;
    const byName = this.config.autoSniSanValidation && serverName !== '' ? [serverName] : [];
    return check.judge({
      leaf: peer,
      chain: peerChain,
      verifyError: verifyErrorOf(socket),
      extraNames: wanted.length > 0 ? wanted : byName,
      nowMs: this.scope.clock.wallMs(),
    });
  }

  /** The identity of now; made anew when one of its own secrets has changed, null while one is missing. */
  private identityNow(): ClientIdentity | null {
    const { secrets } = this.scope;
    if (this.generation === secrets.generation) return this.identity;
    this.generation = secrets.generation;
    const { context } = this.config;
    const [configured = null] = context.certificates;
    const certificateKey = configured === null ? (context.certificateSecrets[0] ?? '') : '';
    const keys = [certificateKey, context.validationSecret].filter((key) => key !== '');
    const used = keys.map((key) => secrets.get(key));
    if (used.includes(undefined)) return null;
    if (this.identity !== null && used.every((secret, i) => secret === this.used[i])) return this.identity;
    if (this.identity !== null) this.stats.factory.inc(F.ssl_context_update_by_sds);
    const secret = <V>(key: string): V | null => (key === '' ? null : (secrets.get(key) as V));
    const over = secret<ValidationConfig>(context.validationSecret);
    const own = context.validation;
    this.used = used;
    this.identity = this.makeIdentity(
      configured ?? secret<CertificateConfig>(certificateKey),
      own !== null && over !== null ? mergeValidation(own, over) : (over ?? own),
    );
    // What was agreed on with the old ones is not to be resumed with the new.
    this.sessions = new SessionCache(this.config.maxSessionKeys);
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

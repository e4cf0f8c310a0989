import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionInfo } from '../../../api/stream-info.js';
import type { ThreadScope } from '../../../api/thread-scope.js';
import type { ClientHello } from '../../../codec/tls/client-hello.js';
import type { ReadLink } from '../../../network/read-link.js';
import type {
  DownstreamTransport,
  DownstreamTransportContext,
  DownstreamTransportFactory,
  DownstreamTransportOwner,
  OpeningTransport,
} from '../../../network/transport-socket.js';
import type { CertificateConfig } from './certificate-config.js';
import { summarize } from './certificate-summary.js';
import { clientOrder } from './cipher-order.js';
import { type DownstreamTlsConfig, parseDownstreamTls } from './context-config.js';
import { HandshakeQueue } from './handshake-queue.js';
import { KeyLog } from './key-log.js';
import type { LiveTlsInfo } from './live-tls-info.js';
import { groupOfHello, signatureNameOf } from './negotiated.js';
import type { PeerVerdict } from './peer-check.js';
import { type HandshakeOwner, type HandshakeStart, ServerHandshake } from './server-handshake.js';
import { ServerIdentity } from './server-identity.js';
import type { TicketKeys } from './server-socket.js';
import { configuredTicketKeys, processTicketKeys } from './ticket-keys.js';
import { F, sslStats, T, TlsStats } from './tls-stats.js';
import { mergeValidation, type ValidationConfig } from './validation-config.js';

/** All handshakes of a thread take turns. */
const queues = new WeakMap<ThreadScope, HandshakeQueue>();

/** TLS towards clients, for one filter chain in one thread. */
export class DownstreamTls implements DownstreamTransport, HandshakeOwner {
  readonly stats: TlsStats;
  readonly queue: HandshakeQueue;
  readonly readBuffer: Buffer;
  readonly keyLog: KeyLog | null;
  private readonly config: DownstreamTlsConfig;
  private readonly scope: ThreadScope;
  private readonly context: DownstreamTransportContext;
  private identity: ServerIdentity | null;
  private generation: number;

  constructor(config: DownstreamTlsConfig, scope: ThreadScope, context: DownstreamTransportContext) {
    this.config = config;
    this.scope = scope;
    this.context = context;
    this.stats = new TlsStats(scope.stats, context.statPrefix, 'server');
    const queue = queues.get(scope) ?? new HandshakeQueue();
    queues.set(scope, queue);
    this.queue = queue;
    this.readBuffer = context.readBuffer;
    const { keyLog } = config.context;
    this.keyLog = keyLog === null ? null : new KeyLog(keyLog);
    this.identity = null;
    this.generation = -1;
  }

  open(
    socket: Socket,
    link: ReadLink,
    bytes: Buffer,
    info: ConnectionInfo,
    owner: DownstreamTransportOwner,
  ): OpeningTransport {
    info.isTls = true;
    const handshake = new ServerHandshake(this, socket, link, bytes, info, owner);
    handshake.start();
    return handshake;
  }

  guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.context.onCallbackError(error);
    }
  }

  prepare(hello: ClientHello | null): HandshakeStart | null {
    const identity = this.identityNow();
    if (identity === null) {
      this.stats.factory.inc(F.downstream_context_secrets_not_ready);
      return null;
    }
    const { ssl } = this.stats;
    const { certificate, staple } = identity.choose(hello, this.scope.clock.wallMs());
    if (hello?.wantsOcsp === true) ssl.inc(T.ocsp_staple_requests);
    if (staple === 'fail') {
      ssl.inc(T.ocsp_staple_failed);
      ssl.inc(T.connection_error);
      return null;
    }
    if (hello?.wantsOcsp === true)
      ssl.inc(staple === 'staple' ? T.ocsp_staple_responses : T.ocsp_staple_omitted);
    const order = clientOrder(this.config.context.params, hello, this.config.prefersClientCiphers);
    const { check } = identity;
    const requiresCert = this.config.requiresClientCertificate || check.insists;
    const options = {
      secureContext: certificate.context(order),
      alpn: this.config.context.alpn.find((protocol) => hello?.alpn.includes(protocol)) ?? '',
      requestCert: requiresCert || check.asks,
      requireCert: requiresCert,
      ocspStaple: staple === 'staple' ? certificate.staple : null,
      readBuffer: this.readBuffer,
    };
    return { options, local: certificate.leaf };
  }

  judge(facts: LiveTlsInfo, verifyError: string): PeerVerdict {
    const { check } = this.identity as ServerIdentity;
    return check.judge({
      leaf: facts.peer,
      chain: facts.peerChain,
      verifyError,
      extraNames: [],
      nowMs: this.scope.clock.wallMs(),
    });
  }

  countHandshake(socket: TLSSocket, facts: LiveTlsInfo, hello: ClientHello | null): void {
    const { stats } = this;
    stats.ssl.inc(T.handshake);
    if (socket.isSessionReused()) stats.ssl.inc(T.session_reused);
    if (facts.peer === null) stats.ssl.inc(T.no_certificate);
    stats.count('ciphers', facts.cipher);
    stats.count('versions', facts.version);
    stats.count('curves', groupOfHello(this.config.context.params, hello, facts));
    if (facts.peer !== null) stats.count('sigalgs', signatureNameOf(facts.peer));
  }

  /** The identity of now; rebuilt when a secret has changed, null while one is missing. */
  private identityNow(): ServerIdentity | null {
    const { secrets } = this.scope;
    if (this.generation === secrets.generation) return this.identity;
    const isUpdate = this.generation >= 0;
    this.generation = secrets.generation;
    const { context, ticketKeysSecret } = this.config;
    const certificates =
      context.certificates.length > 0
        ? context.certificates
        : context.certificateSecrets.map((key) => secrets.get(key) as CertificateConfig | undefined);
    let validation = context.validation;
    if (context.validationSecret !== '') {
      const over = secrets.get(context.validationSecret) as ValidationConfig | undefined;
      if (over === undefined) return null;
      validation = validation === null ? over : mergeValidation(validation, over);
    }
    const ready = certificates.filter((it) => it !== undefined);
    if (ready.length < certificates.length) return null;
    if (isUpdate && (context.certificateSecrets.length > 0 || context.validationSecret !== ''))
      this.stats.factory.inc(F.ssl_context_update_by_sds);
    const fromSecret = ticketKeysSecret === '' ? undefined : secrets.get(ticketKeysSecret);
    this.identity = new ServerIdentity(
      ready,
      validation,
      this.config,
      this.ticketKeys(fromSecret as readonly Uint8Array[] | undefined),
    );
    return this.identity;
  }

  /** Null: no tickets. */
  private ticketKeys(fromSecret: readonly Uint8Array[] | undefined): TicketKeys | null {
    const { config, scope } = this;
    if (!config.usesTickets) return null;
    const keys = fromSecret ?? config.ticketKeys;
    return keys.length > 0 ? configuredTicketKeys(keys) : processTicketKeys(scope.shared, scope.clock);
  }
}

export const downstreamTls: DownstreamTransportFactory<DownstreamTlsConfig> = {
  name: 'envoy.transport_sockets.tls',
  typeUrl: 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  stats: sslStats('server'),
  parse: parseDownstreamTls,
  certificates: ({ context }, secrets) => summarize(context, secrets),
  build: (config, scope, context) => new DownstreamTls(config, scope, context),
};

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionInfo } from '../../../api/stream-info.js';
import type { ThreadScope } from '../../../api/thread-scope.js';
import type { Plain } from '../../../base/plain.js';
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
import { acceptedBefore, nothingShown, type PeerCheck, type PeerVerdict } from './peer-check.js';
import { type HandshakeOwner, type HandshakeStart, ServerHandshake } from './server-handshake.js';
import { ServerIdentity } from './server-identity.js';
import type { TicketKeys } from './server-socket.js';
import { ChainSessions } from './session-table.js';
import { configuredTicketKeys, processTicketKeys } from './ticket-keys.js';
import { F, sslStats, T, TlsStats } from './tls-stats.js';
import { mergeValidation, type ValidationConfig } from './validation-config.js';

const ticketExtension = 35;
const tls13 = 0x0304;

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
  private readonly place: string;
  private readonly sessions: ChainSessions;
  private identity: ServerIdentity | null;
  /** The secrets that it was made of. */
  private used: readonly Plain[];
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
    this.place = `${context.statPrefix}/${context.chainName}`;
    this.sessions = new ChainSessions(scope, this.place, config.sessionTimeoutS);
    this.identity = null;
    this.used = [];
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
    const requiresCert = this.requiresCert(check);
    const options = {
      secureContext: certificate.context(order),
      alpn: this.config.context.alpn.find((protocol) => hello?.alpn.includes(protocol)) ?? '',
      requestCert: requiresCert || check.asks,
      requireCert: requiresCert,
      ocspStaple: staple === 'staple' ? certificate.staple : null,
      readBuffer: this.readBuffer,
      sessions: this.keepsSessionOf(hello) ? this.sessions : null,
    };
    return { options, local: certificate.leaf };
  }

  /**
   * A client that was refused has a session too, so that one which resumes is judged again. What it showed has shrunk to
   * the leaf by then; where the whole chain counts, leaves that passed are remembered as long as sessions are.
   */
  judge(facts: LiveTlsInfo, verifyError: string, isReused: boolean): PeerVerdict {
    const { check, sessionContext } = this.identity as ServerIdentity;
    const leaf = facts.peer;
    if (leaf === null && this.requiresCert(check)) return nothingShown;
    const keptBy = check.needsOwnChain && leaf !== null ? `${sessionContext} ${leaf.sha256}` : '';
    if (isReused && keptBy !== '' && this.sessions.knows(keptBy)) return acceptedBefore;
    const verdict = check.judge({
      leaf,
      chain: facts.peerChain,
      verifyError,
      extraNames: [],
      nowMs: this.scope.clock.wallMs(),
    });
    if (!verdict.isAccepted) return verdict;
    if (keptBy !== '') this.sessions.remember(keptBy);
    return isReused ? acceptedBefore : verdict;
  }

  /** Versions before 1.3 resume by id what they hold no ticket for. */
  private keepsSessionOf(hello: ClientHello | null): boolean {
    const { config } = this;
    if (!config.keepsSessions || hello === null) return false;
    if (config.usesTickets && hello.extensions.includes(ticketExtension)) return false;
    return config.context.params.maxVersion !== 'TLSv1.3' || !hello.supportedVersions.includes(tls13);
  }

  private requiresCert(check: PeerCheck): boolean {
    return this.config.requiresClientCertificate || check.insists;
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

  /** The identity of now; made anew when one of its own secrets has changed, null while one is missing. */
  private identityNow(): ServerIdentity | null {
    const { secrets } = this.scope;
    if (this.generation === secrets.generation) return this.identity;
    this.generation = secrets.generation;
    const { context, ticketKeysSecret } = this.config;
    const keys = [...context.certificateSecrets, context.validationSecret, ticketKeysSecret];
    const used = keys.filter((key) => key !== '').map((key) => secrets.get(key));
    if (used.includes(undefined)) return null;
    if (this.identity !== null && used.every((secret, i) => secret === this.used[i])) return this.identity;
    if (this.identity !== null) this.stats.factory.inc(F.ssl_context_update_by_sds);
    this.used = used;
    this.identity = this.makeIdentity();
    return this.identity;
  }

  /** All secrets are there. */
  private makeIdentity(): ServerIdentity {
    const { config, scope, place } = this;
    const { context } = config;
    const secret = <V>(key: string): V | null => (key === '' ? null : (scope.secrets.get(key) as V));
    const over = secret<ValidationConfig>(context.validationSecret);
    const own = context.validation;
    const validation = own !== null && over !== null ? mergeValidation(own, over) : (over ?? own);
    const ticketKeys = secret<readonly Uint8Array[]>(config.ticketKeysSecret) ?? config.ticketKeys;
    const certificates =
      context.certificates.length > 0
        ? context.certificates
        : context.certificateSecrets.flatMap((key) => secret<CertificateConfig>(key) ?? []);
    const { serverNames } = this.context;
    const sessions = { chain: ticketKeys.length > 0 ? '' : place, serverNames };
    return new ServerIdentity(certificates, validation, config, this.ticketKeys(ticketKeys), sessions);
  }

  /** Null: no tickets. */
  private ticketKeys(configured: readonly Uint8Array[]): TicketKeys | null {
    const { config, scope } = this;
    if (!config.usesTickets) return null;
    return configured.length > 0
      ? configuredTicketKeys(configured)
      : processTicketKeys(scope.shared, scope.clock);
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

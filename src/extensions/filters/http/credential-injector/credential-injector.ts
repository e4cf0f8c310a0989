import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { type CredentialInjectorConfig, parseCredentialInjector } from './config.js';

/** `http.<stat_prefix>.credential_injector.` */
const S = statBlock({ counters: ['already_exists', 'failed', 'injected'] });

/** Puts a secret into a header of every request, for origins that ask for one and clients that have none. */
export const credentialInjectorFilter: HttpFilterFactory<CredentialInjectorConfig> = {
  name: 'envoy.filters.http.credential_injector',
  typeUrl: 'envoy.extensions.filters.http.credential_injector.v3.CredentialInjector',
  parse: parseCredentialInjector,
  build(config, scope) {
    const credential = new Credential(config.secret, scope);
    const stats = scope.stats.bind(`${scope.statPrefix}.credential_injector`, S);
    return (stream) => new CredentialInjectorFilter(stream, config, credential, stats);
  },
};

/** The secret as header text, read again when secrets have changed. */
class Credential {
  private readonly key: string;
  private readonly scope: HttpFilterContext;
  private generation: number;
  private text: string;

  constructor(key: string, scope: HttpFilterContext) {
    this.key = key;
    this.scope = scope;
    this.generation = -1;
    this.text = '';
  }

  /** Byte text; empty while there is none. */
  now(): string {
    const { secrets } = this.scope;
    if (secrets.generation !== this.generation) {
      this.generation = secrets.generation;
      const value = secrets.get(this.key);
      this.text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
    }
    return this.text;
  }
}

class CredentialInjectorFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly config: CredentialInjectorConfig;
  private readonly credential: Credential;
  private readonly stats: BoundStats;

  constructor(
    stream: StreamControl,
    config: CredentialInjectorConfig,
    credential: Credential,
    stats: BoundStats,
  ) {
    this.stream = stream;
    this.config = config;
    this.credential = credential;
    this.stats = stats;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { header, overwrites, allowsNone } = this.config;
    if (!overwrites && headers.has(header)) {
      this.stats.inc(S.already_exists);
      return HeadersStatus.Continue;
    }
    const credential = this.credential.now();
    if (credential !== '') {
      headers.replace(header, credential);
      this.stats.inc(S.injected);
      return HeadersStatus.Continue;
    }
    this.stats.inc(S.failed);
    if (allowsNone) return HeadersStatus.Continue;
    this.stream.localReply(401, 'Failed to inject credential.', { details: 'failed_to_inject_credential' });
    return HeadersStatus.Stop;
  }
}

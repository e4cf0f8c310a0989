import type { ListenerFilter, ListenerFilterFactory } from '../../../../api/network-filter.js';
import { type BoundStats, type Counter, statBlock } from '../../../../api/stats.js';
import type { ConnectionInfo } from '../../../../api/stream-info.js';
import type { ThreadScope } from '../../../../api/thread-scope.js';
import {
  longestHeader,
  type ProxiedEnd,
  type ProxyHeader,
  readProxyHeader,
} from '../../../../codec/proxy-protocol/proxy-header.js';
import { ipAddress } from '../../../../network/address.js';
import { passes } from '../../../../network/proxied-connection.js';
import { type ProxyProtocolConfig, parseProxyProtocol, type TlvRuleConfig } from './config.js';

/** `proxy_proto.[<stat_prefix>.]` */
const P = statBlock({ counters: ['not_found_allowed', 'not_found_disallowed'] });
/** `proxy_proto.[<stat_prefix>.]versions.v1.` and `.v2.` */
const V = statBlock({ counters: ['disallowed', 'error', 'found'] });

const stateKey = 'envoy.network.proxy_protocol.tlv';

/** Takes the addresses of a connection from the PROXY header in front of it, and facts from its TLVs. */
export const proxyProtocol: ListenerFilterFactory<ProxyProtocolConfig> = {
  name: 'envoy.filters.listener.proxy_protocol',
  typeUrl: 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  parse: parseProxyProtocol,
  build(config, scope) {
    const rules = new Rules(config, scope);
    return (info) => new ProxyProtocolFilter(rules, info);
  },
};

class Rules {
  readonly config: ProxyProtocolConfig;
  readonly stats: BoundStats;
  private readonly errors: Counter;
  private readonly versions: readonly BoundStats[];

  constructor(config: ProxyProtocolConfig, scope: ThreadScope) {
    const root = config.statPrefix === '' ? 'proxy_proto' : `proxy_proto.${config.statPrefix}`;
    this.config = config;
    this.stats = scope.stats.bind(root, P);
    this.errors = scope.stats.counter('downstream_cx_proxy_proto_error');
    this.versions = [1, 2].map((version) => scope.stats.bind(`${root}.versions.v${version}`, V));
  }

  /** Whatever was wrong, this counts it besides. */
  refuse(): 'close' {
    this.errors.inc();
    return 'close';
  }

  ofVersion(version: 1 | 2): BoundStats {
    return this.versions[version - 1] as BoundStats;
  }
}

class ProxyProtocolFilter implements ListenerFilter {
  readonly maxReadBytes: number;
  consumedBytes: number;
  private readonly rules: Rules;
  private readonly info: ConnectionInfo;

  constructor(rules: Rules, info: ConnectionInfo) {
    this.maxReadBytes = longestHeader;
    this.consumedBytes = 0;
    this.rules = rules;
    this.info = info;
  }

  inspect(peeked: Buffer, length: number): 'continue' | 'wait' | 'close' {
    const { rules } = this;
    if (length === 0) return 'wait';
    const reading = readProxyHeader(peeked, length, rules.config);
    if (reading === 'incomplete') return 'wait';
    if (reading === 'absent') {
      rules.stats.inc(P.not_found_allowed);
      return 'continue';
    }
    if (reading === 'missing') {
      rules.stats.inc(P.not_found_disallowed);
      return rules.refuse();
    }
    if ('disallowed' in reading) {
      const stats = rules.ofVersion(reading.disallowed);
      stats.inc(V.found);
      stats.inc(V.disallowed);
      return 'close';
    }
    if ('broken' in reading) {
      rules.ofVersion(reading.broken).inc(V.error);
      return rules.refuse();
    }
    return this.take(reading);
  }

  private take(header: ProxyHeader): 'continue' | 'close' {
    const { rules, info } = this;
    const { source, destination, tlvs, version, length } = header;
    const stats = rules.ofVersion(version);
    if (source !== null && destination !== null) {
      if (!isUnicast(source) || !isUnicast(destination)) {
        stats.inc(V.error);
        return rules.refuse();
      }
      info.remoteAddress = ipAddress(source.ip, source.port);
      info.localAddress = ipAddress(destination.ip, destination.port);
      info.isLocalRestored = true;
    }
    stats.inc(V.found);
    info.proxyTlvs = tlvs.filter((tlv) => passes(rules.config.passed, tlv));
    for (const { type, value } of tlvs) {
      const rule = rules.config.rules.find((it) => it.type === type);
      if (rule !== undefined) this.note(rule, value);
    }
    this.consumedBytes = length;
    return 'continue';
  }

  /** Of two TLVs with one key the first counts in metadata, the last in filter state; so does Envoy. */
  private note({ namespace, key, isBase64 }: TlvRuleConfig, value: Buffer): void {
    const { info, rules } = this;
    const text = isBase64 ? value.toString('base64') : sanitized(value);
    if (rules.config.toFilterState) {
      info.filterState ??= new Map();
      const known = info.filterState.get(stateKey);
      info.filterState.set(stateKey, { ...(typeof known === 'object' ? known : null), [key]: text });
      return;
    }
    info.dynamicMetadata ??= new Map();
    const known = info.dynamicMetadata.get(namespace);
    info.dynamicMetadata.set(namespace, { [key]: text, ...(typeof known === 'object' ? known : null) });
  }
}

/** Every byte that is no valid UTF-8 becomes `!`, as in Envoy. */
function sanitized(value: Buffer): string {
  return value.toString('utf8').replaceAll('\ufffd', '!');
}

function isUnicast({ ip }: ProxiedEnd): boolean {
  if (ip.includes(':')) return ip !== '::' && !ip.startsWith('ff');
  const [first = 0] = ip.split('.', 1).map(Number);
  return ip !== '0.0.0.0' && ip !== '255.255.255.255' && (first < 224 || first > 239);
}

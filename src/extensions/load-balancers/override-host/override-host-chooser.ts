import type { StreamInfo } from '../../../api/stream-info.js';
import type { ChooserView, Host, HostChooser, LoadBalancerContext } from '../../../api/upstream.js';
import type { Plain } from '../../../base/plain.js';
import { plainAt } from '../../../base/plain-path.js';
import { addDynamicMetadata } from '../../../stream/dynamic-metadata.js';
import type { OverrideHostConfig, OverrideSourceConfig } from './config.js';

/** Under this key of a stream's filter state lie the hosts that it has named and not been sent to yet. */
const stateKey = 'envoy.filters.http.override_host';

/**
 * The hosts that a request names, one for each attempt, whatever their health and whatever retry predicates make of
 * them; when they are used up, the fallback.
 */
export class OverrideHostChooser implements HostChooser {
  private readonly hosts: readonly Host[];
  private readonly config: OverrideHostConfig;
  private readonly fallback: HostChooser;
  /** Null until a request names a host. */
  private byAddress: ReadonlyMap<string, Host> | null;

  constructor(hosts: readonly Host[], config: OverrideHostConfig, fallback: HostChooser) {
    this.hosts = hosts;
    this.config = config;
    this.fallback = fallback;
    this.byAddress = null;
  }

  choose(context: LoadBalancerContext): Host | null {
    const { info } = context;
    if (info === undefined) return this.fallback.choose(context);
    const host = this.next(this.leftOf(context, info)) ?? this.fallback.choose(context);
    if (host !== null && this.config.selectedPath.length > 0) this.note(info, host);
    return host;
  }

  explain(context: LoadBalancerContext): ChooserView {
    const named = this.namedBy(context, context.info).flatMap((address) => this.find(address) ?? []);
    const rest = this.fallback.explain?.(context) ?? { candidates: [], levels: [] };
    if (named.length === 0) return rest;
    return { candidates: named.slice(0, 1), levels: ['the host that the request names'] };
  }

  private next(left: string[]): Host | null {
    for (;;) {
      const address = left.shift();
      if (address === undefined) return null;
      const host = this.find(address);
      if (host !== undefined) return host;
    }
  }

  private find(address: string): Host | undefined {
    this.byAddress ??= new Map(this.hosts.map((host) => [host.address.text, host]));
    return this.byAddress.get(address);
  }

  /** Read once per stream, at its first attempt. */
  private leftOf(context: LoadBalancerContext, info: StreamInfo): string[] {
    const known = info.filterState?.get(stateKey);
    if (known instanceof NamedHosts) return known.left;
    const named = new NamedHosts(this.namedBy(context, info));
    info.filterState ??= new Map();
    info.filterState.set(stateKey, named);
    return named.left;
  }

  private namedBy({ headers }: LoadBalancerContext, info: StreamInfo | undefined): readonly string[] {
    const named: string[] = [];
    for (const source of this.config.sources) {
      const text = source.header === '' ? metadataText(source, info) : headers?.get(source.header);
      for (const part of text?.split(',') ?? []) if (part.trim() !== '') named.push(part.trim());
    }
    return named;
  }

  private note(info: StreamInfo, host: Host): void {
    const [namespace = '', first = '', ...rest] = this.config.selectedPath;
    const value = rest.reduceRight<Plain>((inner, key) => ({ [key]: inner }), host.address.text);
    addDynamicMetadata(info, namespace, { [first]: value });
  }
}

class NamedHosts {
  readonly left: string[];

  constructor(named: readonly string[]) {
    this.left = [...named];
  }
}

function metadataText({ path }: OverrideSourceConfig, info: StreamInfo | undefined): string | undefined {
  const [namespace = '', ...keys] = path;
  const value = plainAt(info?.dynamicMetadata?.get(namespace) ?? null, keys);
  return typeof value === 'string' ? value : undefined;
}

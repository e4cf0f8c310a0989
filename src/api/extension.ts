import type { Plain } from '../base/plain.js';
import type { ConfigNode } from './config-node.js';

/** The seams at which an extension can be put in; each is the key of one list in `extensions/index.ts`. */
export type ExtensionKind =
  | 'listener.filter'
  | 'udp.listener.filter'
  | 'network.filter'
  | 'http.filter'
  | 'upstream.http.filter'
  | 'transport.socket.downstream'
  | 'transport.socket.upstream'
  | 'load.balancer'
  | 'cluster'
  | 'health.checker'
  | 'access.logger'
  | 'access.log.filter'
  | 'stat.sink'
  | 'tracer'
  | 'retry.host.predicate'
  | 'retry.priority'
  | 'internal.redirect.predicate'
  | 'path.matcher'
  | 'path.rewriter'
  | 'request.id'
  | 'original.ip.detection'
  | 'early.header.mutation'
  | 'header.formatter'
  | 'upstream.protocol.options'
  | 'formatter'
  | 'matcher.input'
  | 'matcher.action'
  | 'dns.resolver'
  | 'resource.monitor'
  | 'cluster.specifier'
  | 'health.event.sink'
  | 'compressor'
  | 'decompressor'
  | 'session.state'
  | 'bootstrap'
  | 'other';

/** What every extension has in common: a name, the type it arrives as, and how that type is read. */
export interface Extension<C extends Plain = Plain> {
  /** Canonical name, `envoy.filters.http.fault`. */
  readonly name: string;
  /** Full type without `type.googleapis.com/`, `envoy.extensions.filters.http.fault.v3.HTTPFault`. */
  readonly typeUrl: string;
  /** Runs once, in a job thread; problems go to `node.error`; the result survives structured clone. */
  parse(node: ConfigNode): C;
}

/** Extensions by kind and type URL: what `extensions/index.ts` lists, as the walker and the builders look it up. */
export interface ExtensionRegistry {
  find(kind: ExtensionKind, typeUrl: string): Extension | undefined;
  /** By canonical name, for the old `name`-only forms. */
  findByName(kind: ExtensionKind, name: string): Extension | undefined;
  list(kind: ExtensionKind): readonly Extension[];
}

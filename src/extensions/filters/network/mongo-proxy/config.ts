import type { ConfigNode, FractionConfig } from '../../../../api/config-node.js';

/** `envoy.extensions.filters.network.mongo_proxy.v3.MongoProxy`. */
export type MongoProxyConfig = {
  readonly statPrefix: string;
  /** A file that every message is written to; empty: none. */
  readonly accessLogPath: string;
  readonly delay: MongoDelayConfig | null;
  readonly emitsMetadata: boolean;
  /** Commands with stats of their own. */
  readonly commands: readonly string[];
  /** Documents inside one another, the outermost not counted. */
  readonly maxDepth: number;
};

export type MongoDelayConfig = { readonly ms: number; readonly fraction: FractionConfig };

const never: FractionConfig = { numerator: 0, denominator: 100, runtimeKey: '' };
const usualCommands = ['delete', 'insert', 'update'];

export function parseMongoProxy(node: ConfigNode): MongoProxyConfig {
  const commands = node.strings('commands');
  return {
    statPrefix: node.string('stat_prefix'),
    accessLogPath: node.logPath('access_log'),
    delay: parseDelay(node.message('delay')),
    emitsMetadata: node.bool('emit_dynamic_metadata'),
    commands: commands.length > 0 ? commands : usualCommands,
    maxDepth: node.number('max_bson_depth', 100),
  };
}

/** A delay that headers decide is none: there are no headers here. */
function parseDelay(node: ConfigNode | undefined): MongoDelayConfig | null {
  if (node === undefined) return null;
  const fraction = node.fraction('percentage', never);
  if (node.has('header_delay')) {
    node.noEffect('header_delay', 'MongoDB has no headers');
    return null;
  }
  const ms = Math.floor(node.duration('fixed_delay', 0));
  return { ms, fraction: { ...fraction, runtimeKey: 'mongo.fault.fixed_delay.percent' } };
}

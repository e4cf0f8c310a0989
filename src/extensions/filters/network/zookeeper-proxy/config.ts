import type { ConfigNode } from '../../../../api/config-node.js';
import { OpCode } from '../../../../codec/zookeeper/op-codes.js';

/** `envoy.extensions.filters.network.zookeeper_proxy.v3.ZooKeeperProxy`. */
export type ZooKeeperProxyConfig = {
  readonly statPrefix: string;
  readonly maxPacketBytes: number;
  /** Up to which a response counts as fast; null: nothing is told apart. */
  readonly threshold: ThresholdConfig | null;
  readonly countsRequestBytes: boolean;
  readonly countsResponseBytes: boolean;
  readonly countsErrors: boolean;
};

export type ThresholdConfig = {
  readonly defaultMs: number;
  readonly overrides: readonly (readonly [opCode: number, ms: number])[];
};

/** Names of operations in the configuration. */
const opCodes = new Map<string, number>([
  ['Connect', OpCode.connect],
  ['Create', OpCode.create],
  ['Delete', OpCode.delete],
  ['Exists', OpCode.exists],
  ['GetData', OpCode.getData],
  ['SetData', OpCode.setData],
  ['GetAcl', OpCode.getAcl],
  ['SetAcl', OpCode.setAcl],
  ['GetChildren', OpCode.getChildren],
  ['Sync', OpCode.sync],
  ['Ping', OpCode.ping],
  ['GetChildren2', OpCode.getChildren2],
  ['Check', OpCode.check],
  ['Multi', OpCode.multi],
  ['Create2', OpCode.create2],
  ['Reconfig', OpCode.reconfig],
  ['CheckWatches', OpCode.checkWatches],
  ['RemoveWatches', OpCode.removeWatches],
  ['CreateContainer', OpCode.createContainer],
  ['CreateTtl', OpCode.createTtl],
  ['Close', OpCode.close],
  ['SetAuth', OpCode.auth],
  ['SetWatches', OpCode.setWatches],
  ['GetEphemerals', OpCode.getEphemerals],
  ['GetAllChildrenNumber', OpCode.getAllChildrenNumber],
  ['SetWatches2', OpCode.setWatches2],
  ['AddWatch', OpCode.addWatch],
]);

export function parseZooKeeperProxy(node: ConfigNode): ZooKeeperProxyConfig {
  const isThreshold = node.bool('enable_latency_threshold_metrics');
  const threshold = parseThreshold(node);
  node.noEffect('access_log', 'Envoy writes none either');
  return {
    statPrefix: node.string('stat_prefix'),
    maxPacketBytes: node.number('max_packet_bytes', 1024 * 1024),
    threshold: isThreshold ? threshold : null,
    countsRequestBytes: node.bool('enable_per_opcode_request_bytes_metrics'),
    countsResponseBytes: node.bool('enable_per_opcode_response_bytes_metrics'),
    countsErrors: node.bool('enable_per_opcode_decoder_error_metrics'),
  };
}

function parseThreshold(node: ConfigNode): ThresholdConfig {
  const overrides = new Map<number, number>();
  for (const it of node.list('latency_threshold_overrides')) {
    const name = it.enum('opcode');
    const opCode = opCodes.get(name) ?? OpCode.connect;
    if (overrides.has(opCode)) it.error(`another threshold of ${name}`, 'opcode');
    overrides.set(opCode, it.duration('threshold', 0));
  }
  return { defaultMs: node.duration('default_latency_threshold', 100), overrides: [...overrides] };
}

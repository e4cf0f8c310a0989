import type { ConfigNode, ExtensionConfig } from '../api/config-node.js';
import { overloadActions, type ScaledTimer, shedPoints, type TimerScale } from '../api/overload.js';

/** `envoy.resource_monitors.global_downstream_max_connections`. */
export type ConnectionMonitorConfig = {
  readonly maxConnections: number;
};

/** From `from` on the level rises, and at `to` it is full; a threshold has both at one place. */
export type OverloadTrigger = {
  readonly monitor: string;
  readonly from: number;
  readonly to: number;
};

/** An action or a load shed point. */
export type OverloadRule = {
  readonly name: string;
  /** Where its level stands among those of all. */
  readonly index: number;
  readonly triggers: readonly OverloadTrigger[];
};

export type OverloadConfig = {
  readonly refreshMs: number;
  readonly monitors: readonly ExtensionConfig[];
  readonly actions: readonly OverloadRule[];
  readonly points: readonly OverloadRule[];
  readonly scales: readonly TimerScale[];
  /** Downstream connections that there may be in all; 0 = none is set. */
  readonly connectionLimit: number;
};

export const connectionMonitorType =
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig';

const reduceTimeouts = 'envoy.overload_actions.reduce_timeouts';
const resetStreams = 'envoy.overload_actions.reset_high_memory_stream';

/** Points at which Envoy sheds load and this server does not. */
const otherPoints: ReadonlySet<string> = new Set([
  'envoy.load_shed_points.http1_server_abort_dispatch',
  'envoy.load_shed_points.http2_server_go_away_on_dispatch',
  'envoy.load_shed_points.http2_server_go_away_and_close_on_dispatch',
  'envoy.load_shed_points.hcm_ondata_creating_codec',
  'envoy.load_shed_points.http_downstream_filter_check',
  'envoy.load_shed_points.connection_pool_new_connection',
]);

/** Reads `overload_manager`. */
export function parseOverload(node: ConfigNode | undefined): OverloadConfig | null {
  if (node === undefined) return null;
  node.noEffect('buffer_factory_config', 'buffers have limits of their own and are not counted by stream');
  const monitors: ExtensionConfig[] = [];
  const names = new Set<string>();
  for (const entry of node.list('resource_monitors')) {
    const name = entry.string('name');
    if (names.has(name)) entry.error(`Duplicate resource monitor ${name}`, 'name');
    names.add(name);
    const monitor = entry.asExtension('resource.monitor');
    if (monitor !== undefined) monitors.push(monitor);
  }
  const actions = parseRules(node.list('actions'), names, {
    what: 'overload action',
    indexOf: (name) => placeOf(name, overloadActions),
  });
  const points = parseRules(node.list('loadshed_points'), names, {
    what: 'loadshed point',
    indexOf: (name) => {
      const place = placeOf(name, shedPoints);
      return place < 0 ? -1 : overloadActions.length + place;
    },
  });
  const limit = monitors.find(({ typeUrl }) => typeUrl === connectionMonitorType);
  return {
    refreshMs: node.duration('refresh_interval', 1000) || 1000,
    monitors,
    actions,
    points,
    scales: parseScales(node),
    connectionLimit: limit === undefined ? 0 : (limit.config as ConnectionMonitorConfig).maxConnections,
  };
}

function placeOf(name: string, names: readonly string[]): number {
  return names.indexOf(name);
}

interface RuleKind {
  readonly what: 'overload action' | 'loadshed point';
  /** -1: there is no such. */
  indexOf(name: string): number;
}

function parseRules(
  nodes: readonly ConfigNode[],
  monitors: ReadonlySet<string>,
  kind: RuleKind,
): readonly OverloadRule[] {
  const rules = new Map<string, OverloadRule>();
  for (const node of nodes) {
    const name = node.string('name');
    const index = kind.indexOf(name);
    if (rules.has(name)) node.error(`Duplicate ${kind.what} ${name}`, 'name');
    const triggers = parseTriggers(node, `${kind.what} ${name}`, monitors);
    rules.set(name, { name, index, triggers });
    if (index >= 0) continue;
    if (kind.what === 'overload action') node.error(`Unknown Overload Manager Action ${name}`, 'name');
    else if (otherPoints.has(name)) node.unsupportedValue('name', name, 'no load is shed there');
    else node.noEffect('name', 'there is no such point, in Envoy neither');
  }
  return [...rules.values()].filter(({ index }) => index >= 0);
}

function parseTriggers(
  node: ConfigNode,
  who: string,
  monitors: ReadonlySet<string>,
): readonly OverloadTrigger[] {
  const triggers: OverloadTrigger[] = [];
  for (const trigger of node.list('triggers')) {
    const monitor = trigger.string('name');
    if (!monitors.has(monitor)) trigger.error(`Unknown trigger resource ${monitor} for ${who}`, 'name');
    if (triggers.some((known) => known.monitor === monitor))
      trigger.error(`Duplicate trigger resource for ${who}`, 'name');
    const threshold = trigger.message('threshold')?.number('value', 0) ?? 0;
    const scaled = trigger.message('scaled');
    const from = scaled?.number('scaling_threshold', 0) ?? threshold;
    const to = scaled?.number('saturation_threshold', 0) ?? threshold;
    if (scaled !== undefined && from >= to)
      scaled.error('scaling_threshold must be less than saturation_threshold', 'scaling_threshold');
    triggers.push({ monitor, from, to });
  }
  return triggers;
}

/** The settings that come with actions. */
function parseScales(node: ConfigNode): readonly TimerScale[] {
  const scales: TimerScale[] = [];
  for (const action of node.list('actions')) {
    const name = action.string('name');
    if (name === resetStreams && !node.has('buffer_factory_config'))
      action.error(`Overload action "${name}" requires buffer_factory_config.`, 'name');
    const settings = action.message('typed_config');
    if (name === reduceTimeouts) {
      if (settings === undefined) action.error(`Overload action "${name}" requires typed_config`, 'name');
      else scales.push(...settings.list('timer_scale_factors').map(parseScale));
    } else if (settings !== undefined) {
      action.error(`Overload action name "${name}" conflicts with its typed config`, 'typed_config');
    }
  }
  return scales.filter((scale, i) => {
    const isFirst = scales.findIndex(({ timer }) => timer === scale.timer) === i;
    if (!isFirst) node.error(`Found duplicate entry for timer type ${scale.timer}`, 'actions');
    return isFirst;
  });
}

function parseScale(node: ConfigNode): TimerScale {
  return {
    timer: node.enum('timer') as ScaledTimer,
    minMs: node.optionalDuration('min_timeout') ?? -1,
    minShare: (node.message('min_scale')?.number('value', 0) ?? 0) / 100,
  };
}

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loggerNames } from '../api/logger-names.js';

/** The command line, Envoy's names. */
export interface ServerOptions {
  readonly configPath: string | undefined;
  readonly configYaml: string | undefined;
  readonly mode: 'serve' | 'validate';
  readonly concurrency: number;
  readonly logLevel: string;
  readonly logPath: string | undefined;
  /** Pattern of a line of the process log; undefined leaves the default. */
  readonly logFormat: string | undefined;
  readonly logFormatEscaped: boolean;
  /** Levels of single loggers, by name. */
  readonly componentLogLevels: ReadonlyMap<string, string>;
  readonly componentLogLevel: string;
  /** Tags put on every stat. */
  readonly statsTags: readonly (readonly [name: string, value: string])[];
  readonly serviceCluster: string | undefined;
  readonly serviceNode: string | undefined;
  readonly serviceZone: string | undefined;
  readonly adminAddressPath: string | undefined;
  readonly drainTimeS: number;
  readonly shutdownGraceS: number;
  readonly drainStrategy: 'gradual' | 'immediate';
  readonly fileFlushMs: number;
  readonly fileFlushBytes: number;
  readonly localAddressVersion: 'v4' | 'v6';
  readonly allowUnsupported: boolean;
  readonly allowUnknownStaticFields: boolean;
  readonly exactStatsd: boolean;
  /** Modules with users' filters. */
  readonly filterModules: readonly string[];
  readonly json: boolean;
  /** Flags of Envoy that were given, are understood and change nothing here. */
  readonly withoutEffect: readonly string[];
  readonly command: 'run' | 'report' | 'version' | 'hot-restart-version' | 'help';
}

const optionTypes = {
  'config-path': { type: 'string', short: 'c' },
  'config-yaml': { type: 'string' },
  mode: { type: 'string', default: 'serve' },
  concurrency: { type: 'string' },
  'log-level': { type: 'string', short: 'l', default: 'info' },
  'component-log-level': { type: 'string' },
  'log-path': { type: 'string' },
  'log-format': { type: 'string' },
  'log-format-escaped': { type: 'boolean', default: false },
  'log-stacktrace-single-entry': { type: 'boolean', default: false },
  'enable-fine-grain-logging': { type: 'boolean', default: false },
  'stats-tag': { type: 'string', multiple: true },
  'service-cluster': { type: 'string' },
  'service-node': { type: 'string' },
  'service-zone': { type: 'string' },
  'admin-address-path': { type: 'string' },
  'base-id': { type: 'string' },
  'base-id-path': { type: 'string' },
  'socket-path': { type: 'string' },
  'socket-mode': { type: 'string' },
  'skip-hot-restart-on-no-parent': { type: 'boolean', default: false },
  'skip-hot-restart-parent-stats': { type: 'boolean', default: false },
  'hot-restart-version': { type: 'boolean', default: false },
  'enable-core-dump': { type: 'boolean', default: false },
  'enable-mutex-tracing': { type: 'boolean', default: false },
  'cpuset-threads': { type: 'boolean', default: false },
  'disable-extensions': { type: 'string' },
  'use-dynamic-base-id': { type: 'boolean', default: false },
  'restart-epoch': { type: 'string' },
  'drain-time-s': { type: 'string', default: '600' },
  'drain-strategy': { type: 'string', default: 'gradual' },
  'parent-shutdown-time-s': { type: 'string', default: '900' },
  'shutdown-grace-s': { type: 'string', default: '8' },
  'file-flush-interval-msec': { type: 'string', default: '10000' },
  'file-flush-min-size-kb': { type: 'string', default: '64' },
  'disable-hot-restart': { type: 'boolean', default: false },
  'local-address-ip-version': { type: 'string', default: 'v4' },
  'skip-deprecated-logs': { type: 'boolean', default: false },
  'allow-unknown-static-fields': { type: 'boolean', default: false },
  'allow-unknown-fields': { type: 'boolean', default: false },
  'reject-unknown-dynamic-fields': { type: 'boolean', default: false },
  'ignore-unknown-dynamic-fields': { type: 'boolean', default: false },
  'allow-unsupported': { type: 'boolean', default: false },
  'exact-statsd': { type: 'boolean', default: false },
  'filter-module': { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export const usage = `usage: sluice -c FILE [options]          run the proxy
       sluice report -c FILE [--json]    verdict of every field of a configuration
       sluice explain -c FILE REQUEST    what would become of a request; 'explain --help' has the options
       sluice top --admin ADDR           what a running proxy is busy with; 'top --help' has the options
       sluice --mode validate -c FILE    check a configuration without binding

  -c, --config-path FILE        Envoy v3 bootstrap (.yaml, .json)
      --config-yaml TEXT        YAML merged over the file
      --mode serve|validate
      --concurrency N           worker threads (default: number of processors)
  -l, --log-level LEVEL         trace debug info warning error critical off
      --component-log-level NAME:LEVEL,…
      --log-path FILE           process log instead of stderr
      --log-format PATTERN      lines of the process log, spdlog's flags; --log-format-escaped keeps messages on one line
      --stats-tag NAME:VALUE    a tag on every stat; may be repeated
      --service-cluster NAME, --service-node ID, --service-zone ZONE
      --admin-address-path FILE where to write the bound admin address
      --drain-time-s N, --drain-strategy gradual|immediate
      --shutdown-grace-s N      how long SIGTERM waits for requests (default 8)
      --file-flush-interval-msec N, --file-flush-min-size-kb N
      --filter-module PATH      module with TypeScript filters; may be repeated
      --allow-unsupported       start although the file has fields that are not supported yet
      --allow-unknown-static-fields
      --exact-statsd            one statsd datagram per metric and sample, as Envoy sends them
      --version, --help
`;

/** Taken so that a command line of Envoy's starts Sluice too; hot restart is not built. */
const flagsWithoutEffect = [
  'base-id',
  'base-id-path',
  'use-dynamic-base-id',
  'restart-epoch',
  'parent-shutdown-time-s',
  'socket-path',
  'socket-mode',
  'skip-hot-restart-on-no-parent',
  'skip-hot-restart-parent-stats',
  'enable-core-dump',
  'enable-mutex-tracing',
  'enable-fine-grain-logging',
  'log-stacktrace-single-entry',
  'cpuset-threads',
  'disable-extensions',
] as const;

const levelNames = ['trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical', 'off'] as const;

function wasGiven(args: readonly string[], name: string): boolean {
  return args.some((argument) => argument === `--${name}` || argument.startsWith(`--${name}=`));
}

/** A command line that cannot be understood; the text says why. */
export class UsageError extends Error {}

/** Reads the arguments behind the program's name. */
export function parseOptions(args: readonly string[]): ServerOptions {
  const { values, positionals } = read(args);
  const first = positionals[0];
  if (first !== undefined && first !== 'report')
    throw new UsageError(`unknown command '${first}'; there are 'report', 'explain' and 'top'`);
  const command = commandOf(values, first);
  const concurrency =
    values.concurrency === undefined ? availableParallelism() : count('concurrency', values.concurrency);
  return {
    configPath: values['config-path'],
    configYaml: values['config-yaml'],
    mode: oneOf('mode', values.mode, ['serve', 'validate']),
    concurrency: Math.max(1, concurrency),
    logLevel: oneOf('log-level', values['log-level'], levelNames),
    logPath: values['log-path'],
    logFormat: values['log-format'],
    logFormatEscaped: values['log-format-escaped'],
    componentLogLevel: values['component-log-level'] ?? '',
    componentLogLevels: componentLevels(values['component-log-level'] ?? ''),
    statsTags: (values['stats-tag'] ?? []).map(statsTag),
    serviceCluster: values['service-cluster'],
    serviceNode: values['service-node'],
    serviceZone: values['service-zone'],
    adminAddressPath: values['admin-address-path'],
    drainTimeS: count('drain-time-s', values['drain-time-s']),
    shutdownGraceS: count('shutdown-grace-s', values['shutdown-grace-s']),
    drainStrategy: oneOf('drain-strategy', values['drain-strategy'], ['gradual', 'immediate']),
    fileFlushMs: count('file-flush-interval-msec', values['file-flush-interval-msec']),
    fileFlushBytes: count('file-flush-min-size-kb', values['file-flush-min-size-kb']) * 1024,
    localAddressVersion: oneOf('local-address-ip-version', values['local-address-ip-version'], ['v4', 'v6']),
    allowUnsupported: values['allow-unsupported'],
    allowUnknownStaticFields: values['allow-unknown-static-fields'] || values['allow-unknown-fields'],
    exactStatsd: values['exact-statsd'],
    filterModules: values['filter-module'] ?? [],
    json: values.json,
    withoutEffect: flagsWithoutEffect.filter((name) => wasGiven(args, name)),
    command,
  };
}

function commandOf(
  values: { readonly help: boolean; readonly version: boolean; readonly 'hot-restart-version': boolean },
  first: string | undefined,
): ServerOptions['command'] {
  if (values.help) return 'help';
  if (values.version) return 'version';
  if (values['hot-restart-version']) return 'hot-restart-version';
  return first === 'report' ? 'report' : 'run';
}

/** `name:level,name:level`. */
function componentLevels(text: string): ReadonlyMap<string, string> {
  const levels = new Map<string, string>();
  if (text === '') return levels;
  for (const entry of text.split(',')) {
    const [name = '', level, ...more] = entry.split(':');
    if (level === undefined || more.length > 0) {
      throw new UsageError(`component log level not correctly specified '${entry}'`);
    }
    if (!levelNames.some((known) => known === level))
      throw new UsageError(`invalid log level specified '${level}'`);
    if (!loggerNames.includes(name)) throw new UsageError(`invalid component specified '${name}'`);
    levels.set(name, level);
  }
  return levels;
}

/** `name:value`; the value may have colons of its own. */
function statsTag(text: string): readonly [name: string, value: string] {
  const colon = text.indexOf(':');
  const [name, value] = [text.slice(0, Math.max(0, colon)), text.slice(colon + 1)];
  if (!/^[A-Za-z0-9]+$/.test(name) || !/^[A-Za-z0-9]([A-Za-z0-9_\-.@=:]*[A-Za-z0-9])?$/.test(value)) {
    throw new UsageError(`misformatted stats-tag '${text}': it takes the form tag:value`);
  }
  return [name, value];
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function count(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} takes a whole number, not '${text}'`);
  return Number(text);
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`--${name} takes ${choices.join(', ')}, not '${text}'`);
  return found;
}

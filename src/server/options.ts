import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** The command line, Envoy's names. */
export interface ServerOptions {
  readonly configPath: string | undefined;
  readonly configYaml: string | undefined;
  readonly mode: 'serve' | 'validate';
  readonly concurrency: number;
  readonly logLevel: string;
  readonly logPath: string | undefined;
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
  readonly command: 'run' | 'report' | 'version' | 'help';
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
  'service-cluster': { type: 'string' },
  'service-node': { type: 'string' },
  'service-zone': { type: 'string' },
  'admin-address-path': { type: 'string' },
  'base-id': { type: 'string' },
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
       sluice --mode validate -c FILE    check a configuration without binding

  -c, --config-path FILE        Envoy v3 bootstrap (.yaml, .json)
      --config-yaml TEXT        YAML merged over the file
      --mode serve|validate
      --concurrency N           worker threads (default: number of processors)
  -l, --log-level LEVEL         trace debug info warning error critical off
      --log-path FILE           process log instead of stderr
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

/** Taken so that a command line of Envoy's starts Sluice too; hot restart and gradual drains are not built. */
const flagsWithoutEffect = [
  'component-log-level',
  'log-format',
  'base-id',
  'use-dynamic-base-id',
  'restart-epoch',
  'parent-shutdown-time-s',
  'drain-strategy',
] as const;

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
    throw new UsageError(`unknown command '${first}'; there is 'report'`);
  const command = values.help ? 'help' : values.version ? 'version' : first === 'report' ? 'report' : 'run';
  const concurrency =
    values.concurrency === undefined ? availableParallelism() : count('concurrency', values.concurrency);
  return {
    configPath: values['config-path'],
    configYaml: values['config-yaml'],
    mode: oneOf('mode', values.mode, ['serve', 'validate']),
    concurrency: Math.max(1, concurrency),
    logLevel: oneOf('log-level', values['log-level'], [
      'trace',
      'debug',
      'info',
      'warning',
      'warn',
      'error',
      'critical',
      'off',
    ]),
    logPath: values['log-path'],
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

import type { Problem } from '../base/errors.js';
import { isPlainObject } from '../base/plain-path.js';
import type { LoadResult } from '../plane/jobs.js';
import { version } from './build.js';
import { runExplain } from './explain-command.js';
import { parseOptions, type ServerOptions, UsageError, usage } from './options.js';
import { runLoadJob } from './run-job.js';
import type { Exit, serve } from './serve.js';
import { runTop } from './top-command.js';
import { startWorkerThreads, type WorkerThreads } from './worker-threads.js';

interface Preparation {
  readonly serve: typeof serve;
  readonly threads: WorkerThreads;
}

/** Commands with options of their own. */
const commands: { readonly [name: string]: (args: readonly string[]) => Promise<number> } = {
  explain: runExplain,
  top: runTop,
};

/** The program behind the command line: usage, report, validation, or a server until a signal ends it. */
export async function runProgram(args: readonly string[], exit: Exit): Promise<void> {
  try {
    const [command, ...rest] = args;
    const own = commands[command ?? ''];
    const code = own === undefined ? await run(parseOptions(args), exit) : await own(rest);
    if (code !== null) process.exitCode = code;
  } catch (error) {
    const help = commands[args[0] ?? ''] === undefined ? `\n${usage}` : '';
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n${help}`);
    else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exit(1);
  }
}

/** The exit code, or null for a server that runs. */
async function run(options: ServerOptions, exit: Exit): Promise<number | null> {
  if (options.command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  if (options.command === 'version') {
    process.stdout.write(`sluice  version: ${version} (node ${process.version})\n`);
    return 0;
  }
  if (options.command === 'hot-restart-version') {
    process.stdout.write('disabled\n');
    return 0;
  }
  if (options.configPath === undefined && options.configYaml === undefined) {
    throw new UsageError(
      'At least one of --config-path or --config-yaml or Options::configProto() should be non-empty: name a file with -c FILE',
    );
  }
  if (options.command === 'report') {
    const result = await load(options);
    process.stdout.write(result.report);
    process.stderr.write(lines(result.problems, 'error'));
    return result.problems.length > 0 ? 1 : 0;
  }
  return options.mode === 'validate' ? validate(options) : start(options, exit);
}

async function validate(options: ServerOptions): Promise<number> {
  if (!isUsable(await load(options), options)) return 1;
  process.stdout.write(`configuration '${options.configPath ?? '--config-yaml'}' OK\n`);
  return 0;
}

async function start(options: ServerOptions, exit: Exit): Promise<number | null> {
  const [result, { serve, threads }] = await Promise.all([load(options), prepare(options)]);
  if (!isUsable(result, options)) {
    await threads.destroy();
    return 1;
  }
  await serve(options, result, threads, exit);
  return null;
}

/** What a server needs whatever its configuration says, made while that is read: modules, and threads with theirs. */
async function prepare(options: ServerOptions): Promise<Preparation> {
  const { serve } = await import('./serve.js');
  return { serve, threads: startWorkerThreads(options.concurrency) };
}

/** Loads the configuration in a job thread. */
async function load(options: ServerOptions): Promise<LoadResult> {
  return runLoadJob({
    path: options.configPath,
    yamlText: options.configYaml,
    allowUnknownFields: options.allowUnknownStaticFields,
    modules: options.filterModules,
    report: options.command === 'report' ? (options.json ? 'json' : 'text') : undefined,
  });
}

function lines(problems: readonly Problem[], kind: string): string {
  return problems
    .map((it) => `${it.location}: ${kind}: ${it.path === '' ? '' : `${it.path}: `}${it.message}\n`)
    .join('');
}

/** Who asks for configuration or sends stats has to say who it is, on the command line or in the file. */
function isIntroduced({ model }: LoadResult, options: ServerOptions): boolean {
  const asker = model === null ? null : askerIn(model);
  if (model === null || asker === null) return true;
  const { id, cluster } = model.node;
  if ((options.serviceNode ?? id) !== '' && (options.serviceCluster ?? cluster) !== '') return true;
  process.stderr.write(
    `${asker}: node 'id' and 'cluster' are required.` +
      " Set it either in 'node' config or via --service-node and --service-cluster options.\n",
  );
  return false;
}

/** What of the configuration needs a name of this node; null for nothing. */
function askerIn({ clusters, statsSinks }: NonNullable<LoadResult['model']>): string | null {
  if (clusters.some(({ eds }) => eds !== null))
    return 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';
  const sendsOverTcp = statsSinks.some(
    ({ config }) =>
      isPlainObject(config) && typeof config['tcpCluster'] === 'string' && config['tcpCluster'] !== '',
  );
  return sendsOverTcp ? 'tcp statsd' : null;
}

/** Prints what is wrong with a configuration; true when it may be used. */
function isUsable(result: LoadResult, options: ServerOptions): boolean {
  for (const name of options.withoutEffect) process.stderr.write(`warning: --${name} has no effect here\n`);
  process.stderr.write(lines(result.warnings, 'warning'));
  process.stderr.write(lines(result.problems, 'error'));
  if (result.problems.length > 0) {
    process.stderr.write(`${result.problems.length} problem(s) in the configuration; nothing was started\n`);
    return false;
  }
  if (options.logFormat !== undefined && (result.model?.logFormat ?? null) !== null) {
    process.stderr.write(
      'Only one of ApplicationLogConfig.log_format or CLI option --log-format can be specified.\n',
    );
    return false;
  }
  if (!isIntroduced(result, options)) return false;
  const kind = options.allowUnsupported ? 'warning: not supported yet' : 'not supported yet';
  process.stderr.write(lines(result.unsupported, kind));
  if (result.unsupported.length > 0 && !options.allowUnsupported) {
    process.stderr.write(
      `${result.unsupported.length} field(s) are not supported yet; --allow-unsupported starts without them\n`,
    );
    return false;
  }
  return true;
}

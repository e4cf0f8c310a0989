import type { Problem } from '../base/errors.js';
import type { LoadResult } from '../plane/jobs.js';
import { adminServerOf } from './admin-wiring.js';
import { version } from './build.js';
import { ProcessLog } from './log.js';
import { parseOptions, type ServerOptions, UsageError, usage } from './options.js';
import { runLoadJob } from './run-job.js';
import { makeServer, type Server } from './server.js';

/** Ends the process. */
export type Exit = (code: number) => never;

/** The program behind the command line: usage, report, validation, or a server until a signal ends it. */
export async function runProgram(args: readonly string[], exit: Exit): Promise<void> {
  try {
    const code = await run(parseOptions(args), exit);
    if (code !== null) process.exitCode = code;
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}`);
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
  const result = await load(options);
  if (options.command === 'report') {
    process.stdout.write(result.report);
    process.stderr.write(lines(result.problems, 'error'));
    return result.problems.length > 0 ? 1 : 0;
  }
  if (!isUsable(result, options)) return 1;
  if (options.mode === 'validate') {
    process.stdout.write(`configuration '${options.configPath ?? '--config-yaml'}' OK\n`);
    return 0;
  }
  await serve(options, result, exit);
  return null;
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

/** Prints what is wrong with a configuration; true when it may be used. */
function isUsable(result: LoadResult, options: ServerOptions): boolean {
  for (const name of options.withoutEffect) process.stderr.write(`warning: --${name} has no effect here\n`);
  process.stderr.write(lines(result.warnings, 'warning'));
  process.stderr.write(lines(result.problems, 'error'));
  if (result.problems.length > 0) {
    process.stderr.write(`${result.problems.length} problem(s) in the configuration; nothing was started\n`);
    return false;
  }
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

async function serve(options: ServerOptions, result: LoadResult, exit: Exit): Promise<void> {
  const { model, snapshot, dump } = result;
  if (model === null || snapshot === null) return;
  const log = new ProcessLog({
    level: options.logLevel,
    componentLevels: options.componentLogLevels,
    path: options.logPath,
    format: options.logFormat,
    isEscaped: options.logFormatEscaped,
  });
  const server = makeServer({ options, model, snapshot, dump, log });
  const end: Exit = (code) => {
    log.close();
    return exit(code);
  };
  const finish = onSignals(server, options, log, end);
  try {
    // First of all, so that whoever waits for the proxy can ask how far it is.
    await adminServerOf(server, () => finish('/quitquitquit'))?.listen();
    await server.start();
  } catch (error) {
    log.critical(error instanceof Error ? error.message : String(error));
    await server.stop();
    end(1);
  }
}

/** Handles signals; answers what ends the process as SIGTERM does. */
function onSignals(
  server: Server,
  options: ServerOptions,
  log: ProcessLog,
  exit: Exit,
): (reason: string) => void {
  let isEnding = false;
  const end = (signal: string): void => {
    if (isEnding) {
      log.warn(`second ${signal}: ending at once`);
      exit(0);
    }
    isEnding = true;
    log.info(`${signal}: draining for at most ${options.shutdownGraceS} s`);
    server.shutdown(options.shutdownGraceS * 1000).then(
      () => {
        log.info('exiting');
        exit(0);
      },
      (error: unknown) => {
        log.error(`shutdown: ${String(error)}`);
        exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGHUP', () => log.info('SIGHUP: nothing to reload: the configuration is read at start'));
  process.on('SIGUSR1', () => {
    server.reopenLogs();
  });
  return end;
}

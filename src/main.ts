#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Problem } from './base/errors.js';
import type { LoadJob, LoadResult } from './plane/jobs.js';
import { version } from './server/build.js';
import { ProcessLog } from './server/log.js';
import { parseOptions, type ServerOptions, UsageError, usage } from './server/options.js';
import { makeServer, type Server } from './server/server.js';

process.env['UV_THREADPOOL_SIZE'] ??= '8';

/** Loads the configuration in a job thread. */
async function load(options: ServerOptions): Promise<LoadResult> {
  const jobs = new Piscina({
    filename: fileURLToPath(new URL('../workers/job.js', import.meta.url)),
    maxThreads: 1,
    atomics: 'disabled',
  });
  try {
    const job: LoadJob = {
      path: options.configPath,
      yamlText: options.configYaml,
      allowUnknownFields: options.allowUnknownStaticFields,
      modules: options.filterModules,
      report: options.command === 'report' ? (options.json ? 'json' : 'text') : undefined,
    };
    return (await jobs.run(job)) as LoadResult;
  } finally {
    await jobs.destroy();
  }
}

function lines(problems: readonly Problem[], kind: string): string {
  return problems.map((it) => `${it.location}: ${kind}: ${it.path === '' ? '' : `${it.path}: `}${it.message}\n`).join('');
}

/** Prints what is wrong with a configuration; true when it may be used. */
function isUsable(result: LoadResult, options: ServerOptions): boolean {
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

function onSignals(server: Server, options: ServerOptions, log: ProcessLog): void {
  let isEnding = false;
  const end = (signal: string): void => {
    if (isEnding) {
      log.warn(`second ${signal}: ending at once`);
      process.exit(0);
    }
    isEnding = true;
    log.info(`${signal}: draining for at most ${options.shutdownGraceS} s`);
    server.shutdown(options.shutdownGraceS * 1000).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error(`shutdown: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGHUP', () => log.info('SIGHUP: nothing to reload: the configuration is read at start'));
  process.on('SIGUSR1', () => {
    log.reopen();
    server.pool.broadcast({ kind: 'reopen-logs' });
  });
}

async function serve(options: ServerOptions, result: LoadResult): Promise<void> {
  const log = new ProcessLog(options.logLevel, options.logPath);
  if (result.model === null || result.snapshot === null) return;
  const server = makeServer({ options, model: result.model, snapshot: result.snapshot, dump: result.dump, log });
  onSignals(server, options, log);
  try {
    await server.start();
  } catch (error) {
    log.critical(error instanceof Error ? error.message : String(error));
    await server.stop();
    process.exit(1);
  }
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.command === 'help') {
    process.stdout.write(usage);
    return;
  }
  if (options.command === 'version') {
    process.stdout.write(`sluice  version: ${version} (node ${process.version})\n`);
    return;
  }
  if (options.configPath === undefined && options.configYaml === undefined) {
    throw new UsageError(
      'At least one of --config-path or --config-yaml or Options::configProto() should be non-empty: name a file with -c FILE',
    );
  }
  const result = await load(options);
  if (options.command === 'report') {
    process.stdout.write(result.report);
    process.exitCode = result.problems.length > 0 ? 1 : 0;
    process.stderr.write(lines(result.problems, 'error'));
    return;
  }
  if (!isUsable(result, options)) {
    process.exitCode = 1;
    return;
  }
  if (options.mode === 'validate') {
    process.stdout.write(`configuration '${options.configPath ?? '--config-yaml'}' OK\n`);
    return;
  }
  await serve(options, result);
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${usage}`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

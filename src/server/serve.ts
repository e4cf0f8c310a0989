import type { LoadResult } from '../plane/jobs.js';
import { adminServerOf } from './admin-wiring.js';
import { ProcessLog } from './log.js';
import type { ServerOptions } from './options.js';
import { makeServer, type Server } from './server.js';
import type { WorkerThreads } from './worker-threads.js';

/** Ends the process. */
export type Exit = (code: number) => never;

/** Runs the proxy until a signal or the admin page ends it. */
export async function serve(
  options: ServerOptions,
  result: LoadResult,
  threads: WorkerThreads,
  exit: Exit,
): Promise<void> {
  const { model, snapshot, dump } = result;
  if (model === null || snapshot === null) return;
  const log = new ProcessLog({
    level: options.logLevel,
    componentLevels: options.componentLogLevels,
    path: options.logPath,
    format: options.logFormat ?? model.logFormat ?? undefined,
    isEscaped: options.logFormatEscaped,
  });
  const server = makeServer({ options, model, snapshot, dump, log, threads });
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

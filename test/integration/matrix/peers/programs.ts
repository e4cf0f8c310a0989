import { execFile, spawnSync } from 'node:child_process';

/** Why a program cannot be run here; false when it can. */
export function missing(program: string): string | false {
  const isHere = spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 60_000 }).status === 0;
  return isHere ? false : `${program} is not installed`;
}

/** What a program prints, whether or not it ends well: a transfer that is cut off is no failure of the test. */
export function printed(program: string, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    execFile(
      program,
      args,
      { timeout: 120_000, maxBuffer: 1024 * 1024 * 1024, encoding: 'buffer' },
      (error, stdout) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve(stdout);
      },
    ),
  );
}

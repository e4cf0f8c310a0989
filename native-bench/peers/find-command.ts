import { execFile } from 'node:child_process';

/** What a version command prints, both streams, or undefined when the program is not there or fails. */
export function commandOutput(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 10_000 }, (error, stdout, stderr) => {
      resolve(error === null ? `${stdout}${stderr}` : undefined);
    });
  });
}

/** A peer's `find` by one run of its version command; the first group of the pattern is the version. */
export async function findByVersion(
  command: string,
  args: readonly string[],
  pattern: RegExp,
  install: string,
): Promise<{ version: string } | { missing: string }> {
  const output = await commandOutput(command, args);
  if (output === undefined) return { missing: `${command} is not installed (${install})` };
  return { version: pattern.exec(output)?.[1] ?? 'unknown version' };
}

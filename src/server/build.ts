import { readFileSync } from 'node:fs';

/** Version of the package. */
export const version = readVersion();

function readVersion(): string {
  for (const up of ['../../package.json', '../../../package.json', '../../../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8'));
      if (
        typeof parsed === 'object' &&
        parsed !== null &&
        'version' in parsed &&
        'name' in parsed &&
        parsed.name === 'sluice'
      ) {
        return String(parsed.version);
      }
    } catch {
      // Not at this depth: a build directory of its own lies deeper.
    }
  }
  return '0.0.0';
}

import { spawnSync } from 'node:child_process';

/** Why tests that compare with the real Envoy are skipped; false when it is here. */
export const withoutEnvoy: string | false =
  spawnSync('envoy', ['--version'], { stdio: 'ignore', timeout: 20_000 }).status === 0
    ? false
    : 'there is no envoy to compare with';

import { equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const demoPath = fileURLToPath(new URL('../../examples/demo/run.js', import.meta.url));
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** What the demo has printed once it says how to end it. */
async function printed(demo: ChildProcess): Promise<string> {
  let text = '';
  let log = '';
  demo.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  for await (const part of demo.stdout?.setEncoding('utf8') ?? []) {
    text += String(part);
    if (text.includes('Ctrl-C ends it')) return text;
  }
  throw new Error(`the demo ended early:\n${text}${log}`);
}

/** The statuses of all answers of a command, `HTTP/1.1 200 OK` lines. */
function statuses(command: string): readonly number[] {
  const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'latin1', timeout: 20_000 });
  return [...stdout.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => Number(found[1]));
}

test('every command that the demo prints answers as it says', {
  skip: !hasCurl && 'curl is not here',
}, async (t) => {
  const demo = spawn(process.execPath, [demoPath, '--port', '0', '--admin-port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => void demo.kill('SIGKILL'));
  const lines = (await printed(demo)).split('\n');
  const commands = lines.flatMap((line, i) => (line.startsWith('    curl ') ? [i] : []));
  ok(commands.length >= 8);
  for (const at of commands) {
    const title = lines[at - 1] ?? '';
    const expected = Number(/\(status (\d{3})\)$/.exec(title)?.[1] ?? '200');
    await t.test(title.trim(), () => equal(statuses(lines[at] ?? '').at(-1), expected));
  }
  match(lines.join('\n'), /listens on port \d+/);
  demo.kill('SIGTERM');
  const [code] = await once(demo, 'exit');
  equal(code, 0);
});

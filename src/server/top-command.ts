import { parseArgs } from 'node:util';
import { type TopSample, topFilter, topSample } from '../admin/top-sample.js';
import { topTable } from '../admin/top-table.js';
import { askAdminPage } from './ask-admin.js';
import { UsageError } from './options.js';

export const topUsage = `usage: sluice top --admin ADDR [options]      what a running proxy is busy with

      --admin ADDR          its admin server: ':9901', 'host:port' or a URL
      --interval SECONDS    between two looks (default 2)
      --once                one table of one interval, for scripts
`;

const optionTypes = {
  admin: { type: 'string' },
  interval: { type: 'string', default: '2' },
  once: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Rows of a terminal that tells no height, and those that are not the table's. */
const usualHeight = 24;
const otherRows = 4;
const clearScreen = '\x1b[H\x1b[2J';

/** `sluice top`; answers the exit code. */
export async function runTop(args: readonly string[]): Promise<number> {
  const { admin, interval, once, help } = read(args);
  if (help) {
    process.stdout.write(topUsage);
    return 0;
  }
  const seconds = Number(interval);
  if (admin === undefined) throw new UsageError(`name a running proxy with --admin\n\n${topUsage}`);
  if (!(seconds >= 0.1 && seconds <= 3600))
    throw new UsageError(`--interval takes 0.1 to 3600 seconds, not '${interval}'`);
  for (let before = await look(admin); ; ) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const after = await look(admin);
    if (before === null || after === null) return 1;
    const isScreen = process.stdout.isTTY && !once;
    const rows = isScreen ? Math.max(1, (process.stdout.rows ?? usualHeight) - otherRows) : 0;
    const head = isScreen ? `${clearScreen}${admin}, every ${seconds} s\n\n` : '';
    process.stdout.write(`${head}${topTable(before, after, rows)}`);
    if (once) return 0;
    before = after;
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionTypes }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${topUsage}`);
  }
}

/** What the proxy has counted so far; null when it does not say, which has been told. */
async function look(admin: string): Promise<TopSample | null> {
  try {
    const [stats, failures] = await Promise.all([
      askAdminPage(admin, `/stats?filter=${encodeURIComponent(topFilter)}`),
      askAdminPage(admin, '/failures?format=json'),
    ]);
    if (stats.status === 200) return topSample(performance.now(), stats.body, failures.body);
    process.stderr.write(`the admin server answered ${stats.status}\n`);
  } catch (error) {
    process.stderr.write(`${admin}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  return null;
}

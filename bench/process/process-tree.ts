import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of a process and everything below it, in microseconds, since each of them began. */
export interface CpuTime {
  readonly userMicros: number;
  readonly systemMicros: number;
}

/** One line of `/proc/<pid>/stat`, as far as it is used here. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly residentPages: number;
}

/** Linux reports in units of USER_HZ, which is 100 on every architecture Node runs on; a page is 4 KB. */
const microsPerTick = 10_000;
const pageBytes = 4096;

/** Reads a stat line. The command stands in parentheses and may hold spaces and parentheses itself. */
export function parseStat(line: string): ProcessStat | undefined {
  const end = line.lastIndexOf(')');
  const pid = Number.parseInt(line, 10);
  if (end < 0 || Number.isNaN(pid)) return undefined;
  const fields = line.slice(end + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return { pid, parent: field(4), userTicks: field(14), systemTicks: field(15), residentPages: field(24) };
}

function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined; // It ended between the listing and the reading.
  }
}

/** The process and all its descendants that are alive, the root first. */
export function processTree(root: number): ProcessStat[] {
  const all: ProcessStat[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== undefined) all.push(stat);
  }
  const found = all.filter((stat) => stat.pid === root);
  for (let i = 0; i < found.length; i++) {
    for (const stat of all) if (stat.parent === found[i]?.pid) found.push(stat);
  }
  return found;
}

export function cpuTime(root: number): CpuTime {
  let userMicros = 0;
  let systemMicros = 0;
  for (const stat of processTree(root)) {
    userMicros += stat.userTicks * microsPerTick;
    systemMicros += stat.systemTicks * microsPerTick;
  }
  return { userMicros, systemMicros };
}

/** Resident memory of the process and everything below it. */
export function residentBytes(root: number): number {
  return processTree(root).reduce((sum, stat) => sum + stat.residentPages * pageBytes, 0);
}

import { readFileSync } from 'node:fs';

/** Descriptors kept free for upstreams, logs and the resolver when clients would take them all. */
const reserve = 64;

/**
 * Node hides a full descriptor table: libuv accepts and closes what it cannot keep. The kernel hands out the lowest
 * free number, so the number of an accepted socket says how full the table is, and connections are refused while
 * there is still room to say so.
 */
export class DescriptorBudget {
  readonly highest: number;

  constructor(limit: number) {
    this.highest = limit - Math.min(reserve, Math.ceil(limit / 8));
  }

  allows(fd: number): boolean {
    return fd < this.highest;
  }
}

/** The process's limit of open files; a large number where it cannot be read. */
export function openFilesLimit(read: () => string = readLimits): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(read());
    return found === null ? Number.MAX_SAFE_INTEGER : Number(found[1]);
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

function readLimits(): string {
  return readFileSync('/proc/self/limits', 'utf8');
}

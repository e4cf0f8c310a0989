import type { SourceFile } from './imports.js';

/**
 * Groups of files that import each other in a ring (strongly connected components of more than one file, Tarjan's
 * algorithm), each group in order.
 */
export function findCycles(files: readonly SourceFile[], withTypes: boolean): readonly (readonly string[])[] {
  return new CycleSearch(files, withTypes).run();
}

interface Visit {
  readonly index: number;
  low: number;
  isOpen: boolean;
}

class CycleSearch {
  private readonly edges: Map<string, readonly string[]>;
  private readonly visits: Map<string, Visit>;
  private readonly open: string[];
  private readonly found: string[][];

  constructor(files: readonly SourceFile[], withTypes: boolean) {
    const known = new Set(files.map((file) => file.path));
    this.edges = new Map(
      files.map(({ path, imports }) => [
        path,
        imports.filter((it) => known.has(it.to) && (withTypes || !it.isType)).map((it) => it.to),
      ]),
    );
    this.visits = new Map();
    this.open = [];
    this.found = [];
  }

  run(): readonly (readonly string[])[] {
    for (const path of this.edges.keys()) if (!this.visits.has(path)) this.visit(path);
    return this.found;
  }

  private visit(path: string): Visit {
    const visit: Visit = { index: this.visits.size, low: this.visits.size, isOpen: true };
    this.visits.set(path, visit);
    this.open.push(path);
    for (const next of this.edges.get(path) ?? []) {
      const seen = this.visits.get(next);
      if (seen === undefined) visit.low = Math.min(visit.low, this.visit(next).low);
      else if (seen.isOpen) visit.low = Math.min(visit.low, seen.index);
    }
    if (visit.low === visit.index) this.close(path);
    return visit;
  }

  private close(root: string): void {
    const group = this.open.splice(this.open.indexOf(root));
    for (const path of group) (this.visits.get(path) as Visit).isOpen = false;
    if (group.length > 1) this.found.push(group.sort());
  }
}

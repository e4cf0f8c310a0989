/** How the diagnostic of a comparison that was made twice begins. */
export const lookedAtAgain = 'looked at again: ';

const longestCount = 15;

/** What a run of many test files tells at its end: which files took longest, and what had to be compared twice. */
export class RunSummary {
  private readonly fileMs: Map<string, number>;
  private readonly repeated: string[];

  constructor() {
    this.fileMs = new Map();
    this.repeated = [];
  }

  onFile(name: string, durationMs: number): void {
    this.fileMs.set(name, durationMs);
  }

  onDiagnostic(message: string): void {
    if (message.startsWith(lookedAtAgain)) this.repeated.push(message.slice(lookedAtAgain.length));
  }

  text(): string {
    const longest = [...this.fileMs].sort(([, a], [, b]) => b - a).slice(0, longestCount);
    return [
      `The ${longest.length} longest of ${this.fileMs.size} files, in seconds:`,
      ...longest.map(([name, ms]) => `${(ms / 1000).toFixed(1).padStart(8)}  ${name}`),
      `Comparisons with Envoy that were made again: ${this.repeated.length}`,
      ...this.repeated.map((name) => `  ${name}`),
      '',
    ].join('\n');
  }
}

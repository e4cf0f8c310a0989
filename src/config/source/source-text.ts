import type { Problem } from '../../base/errors.js';

/** A configuration text with its name; lines are counted only when a position is asked for. */
export class SourceText {
  readonly name: string;
  readonly text: string;
  /** False for binary sources, whose places are told by path alone. */
  readonly hasLines: boolean;
  #lineStarts: number[] | undefined = undefined;

  constructor(name: string, text: string, hasLines = true) {
    this.name = name;
    this.text = text;
    this.hasLines = hasLines;
  }

  /** 1-based line and column of an offset; 0 where there are no lines. */
  position(offset: number): { line: number; column: number } {
    if (!this.hasLines) return { line: 0, column: 0 };
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  }

  location(offset: number): string {
    if (!this.hasLines) return this.name;
    const { line, column } = this.position(offset);
    return `${this.name}:${line}:${column}`;
  }

  problem(offset: number, path: string, message: string): Problem {
    return { location: this.location(offset), path, message };
  }

  #starts(): readonly number[] {
    if (this.#lineStarts !== undefined) return this.#lineStarts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
    return (this.#lineStarts = starts);
  }
}

/** The text is not YAML or JSON at all; nothing behind that place can be trusted. */
export class SourceSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'SourceSyntaxError';
    this.offset = offset;
  }
}

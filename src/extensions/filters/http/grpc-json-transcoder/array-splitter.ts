/** Cuts the elements out of a JSON array that arrives in pieces; text is bytes, a character each. */
export class ArraySplitter {
  private pending: string;
  private at: number;
  private depth: number;
  private isInString: boolean;
  private isEscaped: boolean;
  private hasBegun: boolean;
  private hasEnded: boolean;
  /** Something else than an array has come. */
  isObject: boolean;

  constructor() {
    this.pending = '';
    this.at = 0;
    this.depth = 0;
    this.isInString = false;
    this.isEscaped = false;
    this.hasBegun = false;
    this.hasEnded = false;
    this.isObject = false;
  }

  get pendingBytes(): number {
    return this.pending.length;
  }

  /** The array has been closed, or nothing came at all. */
  get isComplete(): boolean {
    return this.hasEnded || !this.hasBegun;
  }

  /** The elements that are whole now. */
  push(text: string): string[] {
    this.pending += text;
    const found: string[] = [];
    let from = 0;
    for (; this.at < this.pending.length; this.at++) {
      const character = this.pending[this.at] as string;
      if (this.isInString) {
        this.inString(character);
        continue;
      }
      if (!this.hasBegun) {
        if (/\s/.test(character)) continue;
        this.hasBegun = true;
        if (character === '[') from = this.at + 1;
        else this.isObject = true;
        continue;
      }
      const isEnd = this.depth === 0 && character === ']';
      if (this.depth === 0 && (character === ',' || isEnd)) {
        const element = this.pending.slice(from, this.at).trim();
        if (element !== '' || !isEnd) found.push(element);
        from = this.at + 1;
        if (isEnd) this.hasEnded = true;
      } else if (character === '"') this.isInString = true;
      else if (character === '{' || character === '[') this.depth++;
      else if (character === '}' || character === ']') this.depth--;
    }
    this.pending = this.pending.slice(from);
    this.at -= from;
    return found;
  }

  private inString(character: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (character === '\\') this.isEscaped = true;
    else if (character === '"') this.isInString = false;
  }
}

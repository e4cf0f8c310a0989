/** A JSON value as it stands that many levels deep in a page; one space a level. */
export function indented(value: unknown, level: number): string {
  const margin = ' '.repeat(level);
  return `${margin}${JSON.stringify(value, null, 1).replaceAll('\n', `\n${margin}`)}`;
}

/** Text of a JSON list whose items come one at a time; without items nothing of it is printed. */
export class ListText {
  private readonly open: string;
  private readonly close: string;
  isEmpty: boolean;

  constructor(open: string, close: string) {
    this.open = open;
    this.close = close;
    this.isEmpty = true;
  }

  item(text: string): string {
    const before = this.isEmpty ? `\n${this.open}\n` : ',\n';
    this.isEmpty = false;
    return before + text;
  }

  /** The closing bracket on a line of its own, then `after`; nothing at all after an empty list. */
  end(after: string): string {
    return this.isEmpty ? '' : `\n${this.close}${after}`;
  }
}

/** Characters collected before they are handed on. */
const CHUNK_CHARS = 32_768;

/**
 * Pages come in chunks of text, so that a large one does not hold the thread: whoever drives the generator may let
 * other work in after each. A chunk may be empty, which is just such an opportunity.
 */
export type Chunks = Generator<string, void>;

/** Collects text for the next chunk. */
export class Chunk {
  private text = '';

  add(text: string): void {
    this.text += text;
  }

  get isFull(): boolean {
    return this.text.length >= CHUNK_CHARS;
  }

  take(): string {
    const text = this.text;
    this.text = '';
    return text;
  }
}

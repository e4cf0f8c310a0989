/** Methods of Node's Buffer that its type declarations leave out: Latin-1 without parsing an encoding name. */
declare global {
  interface Buffer {
    latin1Slice(start?: number, end?: number): string;
    latin1Write(text: string, offset?: number, length?: number): number;
  }
}

export type Latin1Buffer = Buffer;

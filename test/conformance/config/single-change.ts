/** One change to the base bootstrap. `find` occurs once in it and `put` stands there instead. */
export interface SingleChange {
  readonly name: string;
  readonly find: string;
  readonly put: string;
  /** What Envoy 1.40 does with the file. */
  readonly verdict: 'accept' | 'refuse';
  /** Of the line that is told, where it is not the changed one: a field that is missing is missed in its message. */
  readonly told: string | null;
}

/** Name, text to find, text to put, and what the told line has. */
export type ChangeRow = readonly [name: string, find: string, put: string, told?: string];

import type { Part } from './observation.js';

/** A difference that is meant, and the words by which docs/differences.md explains it. */
export interface AcceptedDifference {
  /** Heading of its paragraph in the document. */
  readonly title: string;
  readonly parts: readonly Part[];
  /** Lines of the difference (with their `-` or `+`) that it accounts for. */
  readonly line: RegExp;
}

export const acceptedDifferences: readonly AcceptedDifference[] = [];

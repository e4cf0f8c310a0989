import type { AssignedHosts } from '../endpoints-config.js';

/** What a file with a `DiscoveryResponse` says. */
export type AssignmentAnswer =
  | {
      readonly kind: 'read';
      readonly version: string;
      readonly assignments: readonly AssignedHosts[];
      /** Fields that are valid and not done here, with their places. */
      readonly notices: readonly string[];
    }
  /** The file could not be read or is no such message. */
  | { readonly kind: 'unreadable'; readonly error: string }
  /** It is one, and what stands in it is wrong. */
  | { readonly kind: 'refused'; readonly error: string };

/** Reads a file of assignments. Never rejects. */
export type AssignmentReader = (path: string) => Promise<AssignmentAnswer>;

import type { AssignedHosts } from '../endpoints-config.js';

/** What a `DiscoveryResponse` says. */
export type AssignmentAnswer =
  | {
      readonly kind: 'read';
      readonly version: string;
      readonly assignments: readonly AssignedHosts[];
      /** Fields that are valid and not done here, with their places. */
      readonly notices: readonly string[];
    }
  /** It could not be read or is no such message. */
  | { readonly kind: 'unreadable'; readonly error: string }
  /** It is one, and what stands in it is wrong. */
  | { readonly kind: 'refused'; readonly error: string };

/** A file with a `DiscoveryResponse`, or its text. */
export type AssignmentSource = { readonly path: string } | { readonly text: string };

/** Reads assignments. Never rejects. */
export type AssignmentReader = (source: AssignmentSource) => Promise<AssignmentAnswer>;

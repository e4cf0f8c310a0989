import type { LogContext } from '../../../../api/stream-info.js';
import type { Cancellable } from '../../../../api/upstream.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import type { Plain } from '../../../../base/plain.js';
import type { HeaderAdditionConfig } from '../../../../route/config-types.js';

export type Field = readonly [name: string, value: string];

/** A header and how it is put in. */
export interface HeaderChange {
  readonly name: string;
  readonly value: string;
  readonly action: HeaderAdditionConfig['action'];
}

/** An answer in the place of the upstream's. */
export interface Refusal {
  readonly status: number;
  readonly body: Buffer;
  /** In the place of those that are there, in all their lines. */
  readonly headers: readonly Field[];
}

/** What changes in a request that may pass. */
export interface Changes {
  readonly set: readonly Field[];
  /** For headers that are there already. */
  readonly append: readonly Field[];
  readonly add: readonly Field[];
  readonly remove: readonly string[];
  readonly toClient: readonly HeaderChange[];
  readonly setQuery: readonly Field[];
  readonly removeQuery: readonly string[];
}

type Metadata = { readonly [key: string]: Plain };

/** What the service has said of a request. */
export type Verdict =
  | { readonly kind: 'error'; readonly refusal: Refusal | null }
  | { readonly kind: 'ok'; readonly changes: Changes; readonly metadata: Metadata }
  | { readonly kind: 'denied'; readonly refusal: Refusal; readonly metadata: Metadata };

export const failure: Verdict = { kind: 'error', refusal: null };

/** Body of a request as the service gets it. */
export interface ToldBody {
  readonly bytes: Buffer;
  readonly isPartial: boolean;
}

/** What is asked about. */
export interface Question {
  readonly headers: RequestHeaders;
  /** Null: the service is not told the body. */
  readonly body: ToldBody | null;
  readonly context: LogContext;
  readonly routeMetadata: Plain;
  /** Of all levels of the route. */
  readonly extensions: ReadonlyMap<string, string>;
}

/** An authorization service. */
export interface AuthzService {
  /** Answers a handle to take the question back with, or null when the verdict has been given already. */
  ask(question: Question, give: (verdict: Verdict) => void): Cancellable | null;
}

export const partialHeader = 'x-envoy-auth-partial-body';

import type { AdminViews } from './views.js';

/** A request of the admin server, taken apart. */
export interface AdminRequest {
  readonly method: string;
  /** With the query, as it was sent. */
  readonly target: string;
  /** Without the query. */
  readonly path: string;
  /** The query, or the form of a POST that has no query. */
  readonly query: URLSearchParams;
  /** The `accept` header; empty when there is none. */
  readonly accept: string;
}

/** An answer. A body in pieces is written with pauses between them, so that a long page never holds the thread. */
export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Iterable<string>;
  /** Besides those that every answer has. */
  readonly headers?: { readonly [name: string]: string };
  /** Called once the answer has been handed to the system. */
  readonly afterwards?: () => void;
}

export interface EndpointParam {
  readonly name: string;
  readonly help: string;
}

/** One page; its file is named after its path. */
export interface Endpoint {
  readonly path: string;
  readonly help: string;
  readonly params?: readonly EndpointParam[];
  /** POST is required. */
  readonly changesState?: boolean;
  answer(request: AdminRequest, views: AdminViews): AdminAnswer | Promise<AdminAnswer>;
}

const textType = 'text/plain; charset=UTF-8';

export function textAnswer(body: string | Iterable<string>, status = 200): AdminAnswer {
  return { status, contentType: textType, body };
}

export function jsonAnswer(body: string | Iterable<string>): AdminAnswer {
  return { status: 200, contentType: 'application/json', body };
}

/** JSON as Envoy prints messages: one space a level, a newline at the end. */
export function jsonPage(value: unknown): AdminAnswer {
  return jsonAnswer(`${JSON.stringify(value, null, 1)}\n`);
}

export const okAnswer: AdminAnswer = textAnswer('OK\n');

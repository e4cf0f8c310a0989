import type { LocalReplyOptions } from '../api/http-filter.js';

/** What is answered when a filter may not keep as much as it has to. */
export interface OverLimit {
  readonly status: number;
  readonly body: string;
  readonly options: LocalReplyOptions;
}

export const requestTooLarge: OverLimit = {
  status: 413,
  body: 'Payload Too Large',
  options: { details: 'request_payload_too_large', cutsRequest: true },
};

export const responseTooLarge: OverLimit = {
  status: 500,
  body: 'Internal Server Error',
  options: { details: 'response_payload_too_large' },
};

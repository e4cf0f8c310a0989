import type { Cancellable } from '../../api/upstream.js';
import { RequestHeaders } from '../../base/header-map.js';
import type { AsyncClient, AsyncResponse } from '../../upstream/async-client.js';
import type { FetchOptions, FetchResponse } from './contract.js';
import { checkedName, checkedValue, HeadersView } from './headers-view.js';

const defaultTimeoutMs = 5000;
const defaultLimitBytes = 1024 * 1024;

/** Requests under way for one stream; they end with it. */
export class Fetches {
  private readonly client: AsyncClient;
  private readonly pending: Map<Cancellable, (error: Error) => void>;

  constructor(client: AsyncClient) {
    this.client = client;
    this.pending = new Map();
  }

  fetch(cluster: string, path: string, options: FetchOptions): Promise<FetchResponse> {
    return new Promise((resolve, reject) => {
      const body = typeof options.body === 'string' ? Buffer.from(options.body) : (options.body ?? null);
      const request = {
        headers: headOf(cluster, path, options, body),
        body,
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        limitBytes: options.limitBytes ?? defaultLimitBytes,
      };
      let call: Cancellable | null = null;
      const settled = (): void => {
        if (call !== null) this.pending.delete(call);
      };
      call = this.client.send(cluster, request, {
        onResponse: (response) => {
          settled();
          resolve(new Answer(response));
        },
        onFailure: (reason) => {
          settled();
          reject(new Error(`${cluster}: ${reason}`));
        },
      });
      if (call !== null) this.pending.set(call, reject);
    });
  }

  cancelAll(error: Error): void {
    for (const [call, reject] of this.pending) {
      call.cancel();
      reject(error);
    }
    this.pending.clear();
  }
}

function headOf(
  cluster: string,
  path: string,
  options: FetchOptions,
  body: Uint8Array | null,
): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = options.method ?? (body === null ? 'GET' : 'POST');
  headers.path = path;
  headers.authority = options.authority ?? cluster;
  headers.scheme = 'http';
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers.add(checkedName(name), checkedValue(name, value));
  }
  if (body !== null) headers.set('content-length', String(body.byteLength));
  return headers;
}

class Answer implements FetchResponse {
  readonly status: number;
  readonly headers: HeadersView;
  readonly body: Buffer;

  constructor(response: AsyncResponse) {
    this.status = response.headers.status;
    this.headers = new HeadersView(response.headers);
    this.body = response.body;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  text(): string {
    return this.body.toString('utf8');
  }

  json(): unknown {
    return JSON.parse(this.text()) as unknown;
  }
}

import type { Plain } from '../../../../base/plain.js';
import type { Field } from './verdict.js';

/** What would have become of a request that passes anyway, in filter state for logs. */
export class ShadowDecision {
  private readonly result: 'OK' | 'DENIED' | 'ERROR';
  private readonly status: number;
  private readonly headers: readonly Field[];

  constructor(result: 'OK' | 'DENIED' | 'ERROR', status: number, headers: readonly Field[]) {
    this.result = result;
    this.status = status;
    this.headers = headers;
  }

  plainText(): string {
    const headers = this.fields();
    return JSON.stringify({
      check_result: this.result,
      status_code: this.status,
      ...(headers.length === 0 ? {} : { response_headers: headers }),
    });
  }

  toJSON(): Plain {
    const headers = this.fields();
    return {
      checkResult: this.result,
      statusCode: this.status,
      ...(headers.length === 0 ? {} : { responseHeaders: headers }),
    };
  }

  private fields(): readonly { readonly key: string; readonly value: string }[] {
    return this.headers.map(([key, value]) => ({ key, value }));
  }
}

/** How long the service took; only its field is printed. */
export class AuthzLatency {
  private readonly latencyUs: number;

  constructor(latencyUs: number) {
    this.latencyUs = latencyUs;
  }

  fieldOf(name: string): Plain {
    return name === 'latency_us' ? this.latencyUs : null;
  }

  toJSON(): undefined {
    return undefined;
  }
}

import type { SessionState, SessionStateFactory } from '../../../api/session-state.js';
import { decodePaddedBase64 } from '../../../base/base64.js';
import type { RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';

type HeaderConfig = { readonly name: string };

/** The host of a session in a header of its own, both ways: the address in base64. */
export const headerSessionState: SessionStateFactory<HeaderConfig> = {
  name: 'envoy.http.stateful_session.header',
  typeUrl: 'envoy.extensions.http.stateful_session.header.v3.HeaderBasedSessionState',
  parse: (node) => ({ name: node.string('name').toLowerCase() }),
  buildSessionState: ({ name }) => new HeaderSessionState(name),
};

class HeaderSessionState implements SessionState {
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  concerns(): boolean {
    return true;
  }

  hostOf(headers: RequestHeaders): string {
    const value = headers.get(this.name);
    return value === undefined ? '' : (decodePaddedBase64(value)?.toString('latin1') ?? '');
  }

  tell(address: string, isSame: boolean, headers: ResponseHeaders): void {
    if (!isSame) headers.replace(this.name, Buffer.from(address).toString('base64'));
  }
}

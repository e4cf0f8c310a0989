import type { SessionState, SessionStateFactory } from '../../../api/session-state.js';
import { decodePaddedBase64 } from '../../../base/base64.js';
import type { RequestHeaders, ResponseHeaders } from '../../../base/header-map.js';

type EnvelopeConfig = { readonly name: string };

/** The upstream's own session header, in an envelope with the host's address: `<address>;UV:<value>`, both in base64. */
export const envelopeSessionState: SessionStateFactory<EnvelopeConfig> = {
  name: 'envoy.http.stateful_session.envelope',
  typeUrl: 'envoy.extensions.http.stateful_session.envelope.v3.EnvelopeSessionState',
  parse: (node) => ({ name: node.message('header')?.string('name').toLowerCase() ?? '' }),
  buildSessionState: ({ name }) => new EnvelopeSessionState(name),
};

const valueMark = 'UV:';

class EnvelopeSessionState implements SessionState {
  private readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  concerns(): boolean {
    return true;
  }

  /** The envelope is opened: the upstream gets the value that it once gave. */
  hostOf(headers: RequestHeaders): string {
    const [address, ...parts] = (headers.get(this.name) ?? '').split(';').filter((part) => part !== '');
    const marked = parts.find((part) => part.startsWith(valueMark));
    if (address === undefined || marked === undefined) return '';
    const value = decodePaddedBase64(marked.slice(valueMark.length));
    if (value === null || value.length === 0) return '';
    headers.replace(this.name, value.toString('latin1'));
    return decodePaddedBase64(address)?.toString('latin1') ?? '';
  }

  tell(address: string, _isSame: boolean, headers: ResponseHeaders): void {
    const values = headers.getAll(this.name);
    if (values.length !== 1) return;
    const value = Buffer.from(values[0] as string, 'latin1').toString('base64');
    headers.replace(this.name, `${Buffer.from(address).toString('base64')};${valueMark}${value}`);
  }
}

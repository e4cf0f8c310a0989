import type { ThreadScope } from '../api/thread-scope.js';
import { HeaderClass, type RequestHeaders, type ResponseHeaders } from '../base/header-map.js';
import { removeHopByHop } from './hop-by-hop.js';
import type { ManagerConfig } from './manager-config.js';

/** `date` of the current second (RFC 9110 section 5.6.7), made once a second. */
export class DateText {
  private second: number;
  private text: string;

  constructor() {
    this.second = -1;
    this.text = '';
  }

  at(wallMs: number): string {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.second) {
      this.second = second;
      this.text = new Date(second * 1000).toUTCString();
    }
    return this.text;
  }
}

/** The connection manager's own changes to a response's headers: hop-by-hop removal, date, server, via, request id. */
export class ResponseRules {
  private readonly config: ManagerConfig;
  private readonly scope: ThreadScope;
  private readonly date: DateText;

  constructor(config: ManagerConfig, scope: ThreadScope) {
    this.config = config;
    this.scope = scope;
    this.date = new DateText();
  }

  apply(headers: ResponseHeaders, request: RequestHeaders | null, isUpgrade: boolean): void {
    const { config } = this;
    if ((headers.classes & HeaderClass.hopByHop) !== 0) removeHopByHop(headers, isUpgrade);
    const hasIdentity = (headers.classes & HeaderClass.identity) !== 0;
    if (!hasIdentity || !headers.has('date')) {
      headers.addKnown('date', this.date.at(this.scope.clock.wallMs()), HeaderClass.identity);
    }
    if (config.serverHeader === 'OVERWRITE') {
      headers.setKnown('server', config.serverName, HeaderClass.identity);
    } else if (config.serverHeader === 'APPEND_IF_ABSENT' && !headers.has('server')) {
      headers.add('server', config.serverName);
    }
    if (config.alwaysSetRequestIdInResponse || wantsRequestId(request)) {
      const id = request?.get('x-request-id');
      if (id !== undefined) headers.set('x-request-id', id);
    }
    if (config.via !== '') headers.append('via', config.via, ', ');
  }
}

function wantsRequestId(request: RequestHeaders | null): boolean {
  return (
    request !== null && (request.classes & HeaderClass.envoy) !== 0 && request.has('x-envoy-force-trace')
  );
}

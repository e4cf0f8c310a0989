import type { Clock } from '../../base/clock.js';
import { RequestHeaders } from '../../base/header-map.js';
import type { Random } from '../../base/random.js';
import { ipAddress } from '../../network/address.js';
import type { HeaderRulesConfig } from '../../route/config-types.js';
import { HeaderRules } from '../../route/header-mutations.js';
import { noConnection } from '../../stream/own-connection.js';
import { StreamRecord } from '../../stream/stream-record.js';
import type { Member } from '../membership/member.js';

/** What tells of a check's client says that it comes from here. */
const fromHere = noConnection(ipAddress('127.0.0.1', 0));

/** What header values may tell of a check. */
export interface CheckFacts {
  readonly member: Member;
  readonly cluster: string;
  readonly protocol: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The heads of one host's checks: one for all unless a rule's value may differ from check to check. */
export class CheckRequests {
  private readonly rules: HeaderRules;
  private readonly facts: CheckFacts;
  private readonly make: () => RequestHeaders;

  constructor(config: HeaderRulesConfig, facts: CheckFacts, make: () => RequestHeaders) {
    this.rules = new HeaderRules(config);
    this.facts = facts;
    this.make = make;
  }

  next(): RequestHeaders {
    const headers = this.make();
    if (this.rules.isEmpty) return headers;
    const { member, cluster, protocol, clock, random } = this.facts;
    const info = new StreamRecord(fromHere, 0, clock.now(), clock.wallMs(), random.u32());
    info.protocol = protocol;
    info.upstreamClusterName = cluster;
    info.upstreamHost = member.asHost();
    this.rules.apply(headers, {
      info,
      requestHeaders: headers,
      responseHeaders: null,
      responseTrailers: null,
      logType: 'NotSet',
    });
    joinAgents(headers);
    return headers;
  }
}

/** An agent that a rule adds stands behind ours, in the same field. */
function joinAgents(headers: RequestHeaders): void {
  const agents = headers.getAll('user-agent');
  if (agents.length > 1) headers.set('user-agent', agents.join());
}

export function checkHead(
  method: string,
  path: string,
  authority: string,
  isSecure: boolean,
): RequestHeaders {
  const headers = new RequestHeaders();
  headers.method = method;
  headers.path = path;
  headers.authority = authority;
  headers.scheme = isSecure ? 'https' : 'http';
  return headers;
}

import type { ConfigNode } from '../api/config-node.js';
import type { RuntimeView } from '../api/runtime.js';
import type { ConnectionInfo, StreamInfo } from '../api/stream-info.js';
import type { TlsInfo } from '../api/tls-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import { type MatcherConfig, parseMatcher } from '../match/tree/config.js';
import { buildMatcher, type Matcher, settled } from '../match/tree/matcher.js';
import { type ClientCertRule, certElement, certObject } from './client-cert-element.js';

export type ClientCertConfig = {
  readonly rule: ClientCertRule;
  /** Chooses another rule for some requests; null: none. */
  readonly matcher: MatcherConfig<ClientCertRule> | null;
};

const headerName = 'x-forwarded-client-cert';
const actionType =
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig';

/** Reads the fields of the connection manager. */
export function parseClientCert(node: ConfigNode): ClientCertConfig {
  const matcher = node.message('forward_client_cert_matcher');
  return {
    rule: parseRule(node),
    matcher: matcher === undefined ? null : parseMatcher(matcher, { action: parseAction }),
  };
}

function parseAction(node: ConfigNode): ClientCertRule | undefined {
  return node.typeName === actionType ? parseRule(node) : undefined;
}

function parseRule(node: ConfigNode): ClientCertRule {
  const details = node.message('set_current_client_cert_details');
  return {
    mode: node.enum('forward_client_cert_details', 'SANITIZE') as ClientCertRule['mode'],
    subject: details?.bool('subject') ?? false,
    cert: details?.bool('cert') ?? false,
    chain: details?.bool('chain') ?? false,
    dns: details?.bool('dns') ?? false,
    uri: details?.bool('uri') ?? false,
    issuer: details?.bool('issuer') ?? false,
    isJson: details?.enum('format', 'TEXT') === 'JSON',
  };
}

/** The header of one connection manager in one thread. */
export class ClientCertHeader {
  private readonly rule: ClientCertRule;
  private readonly matcher: Matcher<ClientCertRule> | null;

  constructor({ rule, matcher }: ClientCertConfig, runtime: RuntimeView) {
    this.rule = rule;
    this.matcher = matcher === null ? null : buildMatcher(matcher, (action) => action, runtime);
  }

  /** Changes the header as the rule for that request says. */
  apply(headers: RequestHeaders, { tls }: ConnectionInfo, info: StreamInfo): void {
    const found = this.matcher?.find({ info, requestHeaders: headers }) ?? null;
    forwardClientCert(headers, settled(found) ?? this.rule, tls);
  }
}

/** Applies a rule; only a client that showed a certificate is believed what it forwards. */
export function forwardClientCert(headers: RequestHeaders, rule: ClientCertRule, tls: TlsInfo | null): void {
  if (rule.mode === 'ALWAYS_FORWARD_ONLY') return;
  if (rule.mode === 'SANITIZE' || tls === null || tls.peer === null) {
    headers.remove(headerName);
    return;
  }
  if (rule.mode === 'FORWARD_ONLY') return;
  const forwarded = rule.mode === 'APPEND_FORWARD' ? (headers.get(headerName) ?? '') : '';
  headers.set(headerName, appended(forwarded, rule, tls));
}

/** An element goes behind others in their form, as Envoy has it; the configured form is that of the first. */
function appended(forwarded: string, rule: ClientCertRule, tls: TlsInfo): string {
  if (forwarded === '') return rule.isJson ? `[${certObject(rule, tls)}]` : certElement(rule, tls);
  const isArray = forwarded.startsWith('[') && forwarded.endsWith(']');
  return isArray
    ? `${forwarded.slice(0, -1)},${certObject(rule, tls)}]`
    : `${forwarded},${certElement(rule, tls)}`;
}

import type { CodecError } from '../../api/codec.js';
import type { RequestHeaders } from '../../base/header-map.js';
import { authorityByte } from './byte-classes.js';
import { Refusal, refuse } from './codec-errors.js';

const portLimit = 65_535;
const absoluteForm =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]+))?([/?].*)?$/;
const authorityForm = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]+)$/;
const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

function isPort(digits: string): boolean {
  return Number(digits) <= portLimit;
}

/** An IP literal between brackets has at least two colons; its exact form matters only to who connects to it. */
function isHost(host: string): boolean {
  return !host.startsWith('[') || host.indexOf(':') !== host.lastIndexOf(':');
}

export function isAuthority(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (authorityByte[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/** The request target's form, RFC 9112 section 3.2, taken apart into path, authority and scheme. */
export function readTarget(
  headers: RequestHeaders,
  target: string,
  allowAbsoluteUrl: boolean,
): CodecError | null {
  if (headers.method === 'CONNECT') return readAuthorityForm(headers, target);
  const first = target.charCodeAt(0);
  if (first === 47 || (first === 42 && headers.method === 'OPTIONS')) {
    headers.path = target;
    return null;
  }
  if (!allowAbsoluteUrl && scheme.test(target)) {
    headers.path = target;
    return null;
  }
  return readAbsoluteForm(headers, target);
}

function readAuthorityForm(headers: RequestHeaders, target: string): CodecError | null {
  const parts = authorityForm.exec(target);
  if (parts === null || !isPort(parts[1] ?? '') || !isHost(target.slice(0, target.lastIndexOf(':')))) {
    return refuse(Refusal.invalidUrl, 'CONNECT wants host:port');
  }
  headers.authority = target;
  headers.path = '';
  return null;
}

/** The URL's authority wins over Host (section 3.2.2); userinfo goes nowhere. */
function readAbsoluteForm(headers: RequestHeaders, target: string): CodecError | null {
  const parts = absoluteForm.exec(target);
  if (parts === null) {
    const kind = target === '*' || scheme.test(target) ? Refusal.invalidUrl : Refusal.malformed;
    return refuse(kind, 'request target is neither a path nor a URL');
  }
  const name = (parts[1] ?? '').toLowerCase();
  const host = parts[2] ?? '';
  if (name !== 'http' && name !== 'https') return refuse(Refusal.invalidScheme, `scheme ${name}`);
  if (!isHost(host) || (parts[3] !== undefined && !isPort(parts[3]))) {
    return refuse(Refusal.invalidUrl, 'bad host or port in the request target');
  }
  headers.scheme = name;
  headers.authority = parts[3] === undefined ? host : `${host}:${parts[3]}`;
  headers.path = parts[4] ?? '/';
  return null;
}

import type { Address } from '../api/stream-info.js';
import { CidrRange, parseIp } from '../base/cidr.js';
import { HeaderClass, type RequestHeaders } from '../base/header-map.js';
import { ipAddress } from '../network/address.js';

/** The (n+1)-th address from the right of an x-forwarded-for value; null when it is none. */
export function addressFromRight(forwardedFor: string | undefined, n: number): Address | null {
  if (forwardedFor === undefined) return null;
  const entries = forwardedFor.split(',');
  return addressOf(entries[entries.length - 1 - n]);
}

/** The first address from the right that no trusted proxy has; the leftmost one when all of them do. */
export function addressBeforeTrusted(
  forwardedFor: string | undefined,
  trusted: readonly CidrRange[],
): Address | null {
  if (forwardedFor === undefined) return null;
  const entries = forwardedFor.split(',');
  let last: Address | null = null;
  for (let i = entries.length - 1; i >= 0; i--) {
    const address = addressOf(entries[i]);
    if (address === null) return null;
    last = address;
    if (!trusted.some((range) => range.containsText(address.ip))) return address;
  }
  return last;
}

/** Adds an address to the list; a peer that has none adds nothing. */
export function appendForwardedFor(headers: RequestHeaders, peer: Address, localAddress: string): void {
  if (!peer.isIp) return;
  const isLoopback = peer.ip === '127.0.0.1' || peer.ip === '::1';
  const text = isLoopback ? localAddress : peer.ip;
  if ((headers.classes & HeaderClass.forwarded) === 0)
    headers.addKnown('x-forwarded-for', text, HeaderClass.forwarded);
  else headers.append('x-forwarded-for', text);
}

export function parseAddress(text: string | undefined): Address | null {
  return addressOf(text);
}

function addressOf(entry: string | undefined): Address | null {
  const text = entry?.trim();
  return text === undefined || parseIp(text) === null ? null : ipAddress(text, 0);
}

/** `prefix/length` as a range; nothing when it is none. */
export function rangeOf(text: string): CidrRange[] {
  const slash = text.lastIndexOf('/');
  const range = CidrRange.parse(text.slice(0, slash), Number(text.slice(slash + 1)));
  return range === undefined ? [] : [range];
}

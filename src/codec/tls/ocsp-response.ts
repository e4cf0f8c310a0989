import { derAt, derChildren, derTime } from './der.js';

/** What staplers ask of an OCSP response (RFC 6960, section 4.2.1). */
export interface OcspResponse {
  /** Hexadecimal serial number of the certificate it speaks of. */
  readonly serialNumber: string;
  readonly thisUpdateMs: number;
  /** Infinity when the responder says nothing of a next one. */
  readonly nextUpdateMs: number;
}

const contextTag = 0xa0;
const generalizedTime = 0x18;

/** Reads a successful response about one certificate; null for anything else. */
export function readOcspResponse(bytes: Buffer): OcspResponse | null {
  const outer = derAt(bytes, 0);
  if (outer === null) return null;
  const [status, body] = derChildren(outer.content);
  if (status?.content[0] !== 0 || body === undefined) return null;
  const [, octets] = derChildren(derAt(body.content, 0)?.content ?? Buffer.alloc(0));
  const basic = octets === undefined ? null : derAt(octets.content, 0);
  const data = basic === null ? undefined : derChildren(basic.content)[0];
  if (data === undefined) return null;
  // ResponseData: [0] version, responder, producedAt, responses: the list stands behind the time.
  const parts = derChildren(data.content);
  const time = parts.findIndex((part) => part.tag === generalizedTime);
  const single = derChildren(parts[time + 1]?.content ?? Buffer.alloc(0))[0];
  return time < 0 || single === undefined ? null : readSingle(derChildren(single.content));
}

function readSingle(parts: ReturnType<typeof derChildren>): OcspResponse | null {
  const [certId, , thisUpdate, ...rest] = parts;
  const serial = certId === undefined ? undefined : derChildren(certId.content)[3];
  if (serial === undefined || thisUpdate === undefined) return null;
  const next = rest.find((part) => part.tag === contextTag);
  const nextTime = next === undefined ? null : derAt(next.content, 0);
  return {
    serialNumber: serial.content.toString('hex').replace(/^(?:00)+(?=..)/, ''),
    thisUpdateMs: derTime(thisUpdate),
    nextUpdateMs: nextTime === null ? Number.POSITIVE_INFINITY : derTime(nextTime),
  };
}

import type { Address } from '../../api/stream-info.js';
import type { Plain } from '../../base/plain.js';
import { encodeStruct } from '../protobuf/struct.js';
import { WireWriter } from '../protobuf/wire-writer.js';

/** One end of what is to be checked: `AttributeContext.Peer`. */
export interface CheckedPeer {
  readonly address: Address;
  /** From its certificate; empty when there is none. */
  readonly principal: string;
  /** PEM, URL-encoded; empty when it is not to be told. */
  readonly certificate: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** What an authorization service is told of a connection. */
export interface TcpCheck {
  readonly source: CheckedPeer;
  readonly destination: CheckedPeer;
  /** Namespace → structure. */
  readonly metadata: ReadonlyMap<string, { readonly [key: string]: Plain }>;
  /** Null when the service is not told of TLS. */
  readonly serverName: string | null;
}

/** `envoy.service.auth.v3.CheckRequest`. */
export function encodeTcpCheck({ source, destination, metadata, serverName }: TcpCheck): Buffer {
  const attributes = new WireWriter();
  attributes.block(1, encodePeer(source));
  attributes.block(2, encodePeer(destination));
  attributes.block(11, encodeMetadata(metadata));
  if (serverName !== null) {
    const session = new WireWriter();
    session.text(1, serverName);
    attributes.block(12, session.finish());
  }
  const request = new WireWriter();
  request.block(1, attributes.finish());
  return request.finish();
}

export function encodePeer({ address, principal, certificate, labels }: CheckedPeer): Buffer {
  const peer = new WireWriter();
  peer.block(1, encodeAddress(address));
  for (const [key, value] of labels) {
    const entry = new WireWriter();
    entry.block(1, Buffer.from(key));
    entry.block(2, Buffer.from(value));
    peer.block(3, entry.finish());
  }
  peer.text(4, principal);
  peer.text(5, certificate);
  return peer.finish();
}

/** `core.v3.Address`. */
function encodeAddress({ isIp, ip, port }: Address): Buffer {
  const inner = new WireWriter();
  if (isIp) {
    inner.text(2, ip);
    inner.number(3, port);
  } else {
    inner.text(1, ip);
  }
  const address = new WireWriter();
  address.block(isIp ? 1 : 2, inner.finish());
  return address.finish();
}

/** `core.v3.Metadata`. */
export function encodeMetadata(metadata: TcpCheck['metadata']): Buffer {
  const writer = new WireWriter();
  for (const [namespace, fields] of metadata) {
    const entry = new WireWriter();
    entry.block(1, Buffer.from(namespace));
    entry.block(2, encodeStruct(fields));
    writer.block(1, entry.finish());
  }
  return writer.finish();
}

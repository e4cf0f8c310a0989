import type { Address } from '../../api/stream-info.js';
import type { Plain } from '../../base/plain.js';
import { encodeStruct } from '../protobuf/struct.js';
import { WireWriter } from '../protobuf/wire-writer.js';

/** One end of what is to be checked: `AttributeContext.Peer`. */
export interface CheckedPeer {
  readonly address: Address;
  /** What it calls itself; empty when it did not. */
  readonly service: string;
  /** From its certificate; empty when there is none. */
  readonly principal: string;
  /** PEM, URL-encoded; empty when it is not to be told. */
  readonly certificate: string;
  readonly labels: ReadonlyMap<string, string>;
}

type Metadata = ReadonlyMap<string, { readonly [key: string]: Plain }>;

/** What an authorization service is told of a connection. */
export interface TcpCheck {
  readonly source: CheckedPeer;
  readonly destination: CheckedPeer;
  /** Namespace → structure. */
  readonly metadata: Metadata;
  /** Null when the service is not told of TLS. */
  readonly serverName: string | null;
}

/** What it is told of a request besides; texts are byte texts. */
export interface HttpCheck extends TcpCheck {
  readonly wallMs: number;
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly protocol: string;
  readonly size: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Line by line and byte by byte, not by name. */
  readonly areHeadersRaw: boolean;
  readonly body: Buffer;
  readonly isBodyRaw: boolean;
  readonly extensions: ReadonlyMap<string, string>;
  readonly routeMetadata: Metadata;
}

/** `envoy.service.auth.v3.CheckRequest`. */
export function encodeTcpCheck(check: TcpCheck): Buffer {
  const attributes = new WireWriter();
  writePeers(attributes, check);
  writeMetadata(attributes, check);
  return encodeRequest(attributes);
}

export function encodeHttpCheck(check: HttpCheck): Buffer {
  const attributes = new WireWriter();
  writePeers(attributes, check);
  const request = new WireWriter();
  request.block(1, encodeTime(check.wallMs));
  request.block(2, encodeHttpRequest(check));
  attributes.block(4, request.finish());
  for (const [key, value] of check.extensions) attributes.block(10, encodeEntry(key, Buffer.from(value)));
  writeMetadata(attributes, check);
  attributes.block(13, encodeMetadata(check.routeMetadata));
  return encodeRequest(attributes);
}

function encodeRequest(attributes: WireWriter): Buffer {
  const request = new WireWriter();
  request.block(1, attributes.finish());
  return request.finish();
}

function writePeers(attributes: WireWriter, { source, destination }: TcpCheck): void {
  attributes.block(1, encodePeer(source));
  attributes.block(2, encodePeer(destination));
}

function writeMetadata(attributes: WireWriter, { metadata, serverName }: TcpCheck): void {
  attributes.block(11, encodeMetadata(metadata));
  if (serverName === null) return;
  const session = new WireWriter();
  session.text(1, serverName);
  attributes.block(12, session.finish());
}

function encodeHttpRequest(check: HttpCheck): Buffer {
  const { headers, areHeadersRaw, body, isBodyRaw, size } = check;
  const http = new WireWriter();
  http.text(1, check.id);
  http.text(2, check.method);
  if (!areHeadersRaw)
    for (const [name, value] of headers) http.block(3, encodeEntry(name, utf8Of(bytesOf(value))));
  http.text(4, utf8Of(bytesOf(check.path)).toString());
  http.text(5, check.host);
  http.text(6, check.scheme);
  if (size > 0) http.number(9, size);
  http.text(10, check.protocol);
  if (body.length > 0) http.block(isBodyRaw ? 12 : 11, isBodyRaw ? body : utf8Of(body));
  if (areHeadersRaw) http.block(13, encodeHeaderMap(headers));
  return http.finish();
}

/** `core.v3.HeaderMap` of raw values. */
function encodeHeaderMap(headers: HttpCheck['headers']): Buffer {
  const map = new WireWriter();
  for (const [name, value] of headers) {
    const header = new WireWriter();
    header.text(1, name);
    header.block(3, bytesOf(value));
    map.block(1, header.finish());
  }
  return map.finish();
}

function encodeTime(wallMs: number): Buffer {
  const time = new WireWriter();
  time.number(1, Math.floor(wallMs / 1000));
  time.number(2, Math.round((wallMs % 1000) * 1e6));
  return time.finish();
}

function encodeEntry(key: string, value: Uint8Array): Buffer {
  const entry = new WireWriter();
  entry.block(1, Buffer.from(key));
  entry.block(2, value);
  return entry.finish();
}

function bytesOf(byteText: string): Buffer {
  return Buffer.from(byteText, 'latin1');
}

const misread = '\ufffd';

/** A proto string has to be UTF-8: what is none becomes exclamation marks, as in Envoy. */
function utf8Of(bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  return text.includes(misread) ? Buffer.from(text.replaceAll(misread, '!')) : bytes;
}

export function encodePeer({ address, service, principal, certificate, labels }: CheckedPeer): Buffer {
  const peer = new WireWriter();
  peer.block(1, encodeAddress(address));
  peer.text(2, service);
  for (const [key, value] of labels) peer.block(3, encodeEntry(key, Buffer.from(value)));
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
export function encodeMetadata(metadata: Metadata): Buffer {
  const writer = new WireWriter();
  for (const [namespace, fields] of metadata) {
    writer.block(1, encodeEntry(namespace, encodeStruct(fields)));
  }
  return writer.finish();
}

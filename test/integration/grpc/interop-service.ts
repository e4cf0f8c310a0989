import type { TestContext } from 'node:test';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';

const bytes = (value: Buffer): Buffer => value;

/** What a request asks for; the service of gRPC's interoperability tests, with JSON for its messages. */
export interface Order {
  /** Sizes of the answers. */
  readonly sizes?: readonly number[];
  readonly status?: { readonly code: number; readonly message: string };
  /** Bytes of the request that stand for nothing. */
  readonly padding?: string;
}

function method(name: string, isStream: boolean, service = 'TestService'): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/grpc.testing.${service}/${name}`,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
}

export const interopMethods = {
  EmptyCall: method('EmptyCall', false),
  UnaryCall: method('UnaryCall', false),
  StreamingInputCall: { ...method('StreamingInputCall', true), responseStream: false },
  FullDuplexCall: method('FullDuplexCall', true),
} satisfies ServiceDefinition;

export const unknownMethod = method('UnimplementedCall', false);
export const unknownService = method('UnimplementedCall', false, 'UnimplementedService');

export const initialKey = 'x-grpc-test-echo-initial';
export const trailingKey = 'x-grpc-test-echo-trailing-bin';

function copied(from: Metadata, key: string): Metadata {
  const to = new Metadata();
  for (const value of from.get(key)) to.add(key, value);
  return to;
}

function orderOf(message: Buffer): Order {
  return message.length === 0 ? {} : (JSON.parse(message.toString()) as Order);
}

function handlers(onCancelled: () => void) {
  const unary: handleUnaryCall<Buffer, Buffer> = (call, done) => {
    const { sizes = [0], status } = orderOf(call.request);
    call.sendMetadata(copied(call.metadata, initialKey));
    const trailing = copied(call.metadata, trailingKey);
    if (status === undefined) done(null, Buffer.alloc(sizes[0] ?? 0), trailing);
    else done({ code: status.code, details: status.message, metadata: trailing }, null);
  };
  const input: handleClientStreamingCall<Buffer, Buffer> = (call, done) => {
    let total = 0;
    call.on('data', (part: Buffer) => {
      total += part.length;
    });
    call.on('end', () => done(null, Buffer.from(String(total))));
    call.on('cancelled', onCancelled);
  };
  const duplex: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    call.sendMetadata(copied(call.metadata, initialKey));
    call.on('cancelled', onCancelled);
    call.on('end', () => call.end(copied(call.metadata, trailingKey)));
    call.on('data', (message: Buffer) => {
      const { sizes = [], status } = orderOf(message);
      if (status !== undefined) {
        call.emit('error', { code: status.code, details: status.message });
        return;
      }
      for (const size of sizes) call.write(Buffer.alloc(size));
    });
  };
  return { EmptyCall: unary, UnaryCall: unary, StreamingInputCall: input, FullDuplexCall: duplex };
}

/** The service in clear text and over TLS; it tells how many calls were cancelled. */
export async function startInteropService(
  t: TestContext,
  tls: { readonly pem: string; readonly keyPem: string },
): Promise<{ readonly clear: number; readonly secure: number; readonly cancelled: () => number }> {
  let cancelled = 0;
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.default_compression_algorithm': 2,
  });
  server.addService(
    interopMethods,
    handlers(() => {
      cancelled++;
    }),
  );
  const bind = (credentials: ServerCredentials): Promise<number> =>
    new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  const pair = { private_key: Buffer.from(tls.keyPem), cert_chain: Buffer.from(tls.pem) };
  const clear = await bind(ServerCredentials.createInsecure());
  const secure = await bind(ServerCredentials.createSsl(null, [pair]));
  t.after(() => server.forceShutdown());
  return { clear, secure, cancelled: () => cancelled };
}

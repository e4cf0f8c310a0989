import type { TestContext } from 'node:test';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';

const bytes = (value: Buffer): Buffer => value;

function method(
  name: string,
  requestStream: boolean,
  responseStream: boolean,
): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/test.Echo/${name}`,
    requestStream,
    responseStream,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  };
}

/** A service of bare bytes with a method of each kind. */
export const echoMethods = {
  Unary: method('Unary', false, false),
  Collect: method('Collect', true, false),
  Repeat: method('Repeat', false, true),
  Chat: method('Chat', true, true),
  Fail: method('Fail', false, false),
  Never: method('Never', true, true),
} satisfies ServiceDefinition;

/** What the service saw. */
export class EchoLog {
  readonly metadata: Metadata[] = [];
  cancelled = 0;
  started = 0;
}

function handlers(log: EchoLog) {
  const unary: handleUnaryCall<Buffer, Buffer> = (call, done) => {
    log.metadata.push(call.metadata);
    const initial = new Metadata();
    for (const key of ['x-text', 'x-bytes-bin'])
      for (const value of call.metadata.get(key)) initial.add(key, value);
    call.sendMetadata(initial);
    const trailing = new Metadata();
    trailing.add('x-end-bin', Buffer.from([0, 255, 128]));
    done(null, call.request, trailing);
  };
  const collect: handleClientStreamingCall<Buffer, Buffer> = (call, done) => {
    let count = 0;
    let size = 0;
    call.on('data', (part: Buffer) => {
      count++;
      size += part.length;
    });
    call.on('end', () => done(null, Buffer.from(`${count} ${size}`)));
  };
  const repeat: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    const [count = '0', size = '0'] = call.request.toString().split(' ');
    const part = Buffer.alloc(Number(size), 'r');
    let sent = 0;
    const more = (): void => {
      while (sent < Number(count)) {
        sent++;
        if (!call.write(part)) {
          call.once('drain', more);
          return;
        }
      }
      call.end();
    };
    call.on('cancelled', () => log.cancelled++);
    more();
  };
  const chat: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    log.started++;
    call.on('data', (part: Buffer) => call.write(part));
    call.on('end', () => call.end());
    call.on('cancelled', () => log.cancelled++);
  };
  const fail: handleUnaryCall<Buffer, Buffer> = (call, done) => {
    const trailing = new Metadata();
    trailing.add('grpc-status-details-bin', Buffer.from('details of it'));
    log.metadata.push(call.metadata);
    done({ code: Number(call.request.toString()), details: 'it wént 100% wrong', metadata: trailing }, null);
  };
  const never: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    log.started++;
    log.metadata.push(call.metadata);
    call.on('data', () => undefined);
    call.on('cancelled', () => log.cancelled++);
  };
  return { Unary: unary, Collect: collect, Repeat: repeat, Chat: chat, Fail: fail, Never: never };
}

/** An echo service on a port of its own, ended with the test. */
export async function startEchoService(
  t: TestContext,
): Promise<{ readonly port: number; readonly log: EchoLog }> {
  const log = new EchoLog();
  const server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.default_compression_algorithm': 0,
  });
  server.addService(echoMethods, handlers(log));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  t.after(() => server.forceShutdown());
  return { port, log };
}

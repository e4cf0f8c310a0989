import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { WireReader } from '../../../../src/codec/protobuf/wire-reader.js';
import { WireWriter } from '../../../../src/codec/protobuf/wire-writer.js';
import type { RedisBackends } from './redis-backends.js';

const same = (bytes: Buffer): Buffer => bytes;
const unary = {
  path: '/envoy.service.redis_auth.v3.RedisProxyExternalAuth/Authenticate',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;
const farSeconds = 4_000_000_000;

function verdict(code: number, message = '', expiresAt = 0): Buffer {
  const answer = new WireWriter();
  const status = new WireWriter();
  if (code !== 0) status.number(1, code);
  status.text(2, 'text of the status');
  answer.block(1, status.finish());
  if (expiresAt > 0) {
    const time = new WireWriter();
    time.number(1, expiresAt);
    answer.block(2, time.finish());
  }
  answer.text(3, message);
  return answer.finish();
}

/** What the service says, by password; of others it says nothing at all. */
const answers: { readonly [password: string]: Buffer } = {
  yes: verdict(0),
  welcome: verdict(0, 'welcome'),
  empty: Buffer.alloc(0),
  past: verdict(0, '', 1_000_000_000),
  future: verdict(0, '', farSeconds),
  no: verdict(7),
  stranger: verdict(16),
  leave: verdict(7, 'go away'),
  lines: verdict(7, 'go\r\naway'),
  broken: verdict(13, 'broken'),
  junk: Buffer.from([0xff, 0xff]),
};

/** A service that says who may come in, and writes down whom it was asked about. */
export class AuthService {
  private readonly server: Server;
  private readonly backends: RedisBackends;

  constructor(backends: RedisBackends) {
    this.backends = backends;
    this.server = new Server();
    const authenticate = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
      const { username, password } = readRequest(call.request);
      const limit = call.metadata.get('x-envoy-expected-rq-timeout-ms').join();
      this.backends.note('auth', JSON.stringify([username, password, limit]));
      const said = answers[password];
      if (said !== undefined) answer(null, said);
      else if (password.startsWith('status')) answer({ code: Number(password.slice(6)), details: 'of gRPC' });
    };
    this.server.addService({ authenticate: unary }, { authenticate });
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

function readRequest(bytes: Buffer): { readonly username: string; readonly password: string } {
  const reader = new WireReader(bytes);
  const fields = ['', '', ''];
  while (!reader.isAtEnd) fields[reader.tag() >>> 3] = reader.block().toString('latin1');
  return { username: fields[1] ?? '', password: fields[2] ?? '' };
}

import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { encodeStruct } from '../../../../src/codec/protobuf/struct.js';
import { WireWriter } from '../../../../src/codec/protobuf/wire-writer.js';

const same = (bytes: Buffer): Buffer => bytes;
const unary = {
  path: '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
} as const;

interface Status {
  readonly perUnit: number;
  readonly unit: number;
  readonly name?: string;
  readonly remaining: number;
  readonly reset: number;
  readonly isOver?: boolean;
}

interface Told {
  readonly code: number;
  readonly statuses?: readonly (Status | null)[];
  readonly toClient?: readonly (readonly [string, string])[];
  readonly toOrigin?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly metadata?: { readonly [key: string]: string | number };
}

const two: readonly Status[] = [
  { perUnit: 10, unit: 3, name: 'a name', remaining: 5, reset: 30 },
  { perUnit: 20, unit: 7, remaining: 3, reset: 40 },
];

/** What the service says to a request in whose bytes the word stands; else that all is well. */
const told: { readonly [word: string]: Told } = {
  'say-over': { code: 2 },
  'say-limits': { code: 1, statuses: two },
  'say-over-limits': { code: 2, statuses: two },
  'say-reached': {
    code: 2,
    statuses: [
      { perUnit: 10, unit: 3, remaining: 0, reset: 30, isOver: true },
      { perUnit: 20, unit: 7, remaining: 0, reset: 90 },
      { perUnit: 30, unit: 5, remaining: 0, reset: 50, isOver: true },
    ],
  },
  'say-passed': { code: 1, statuses: [{ perUnit: 10, unit: 3, remaining: 0, reset: 30, isOver: true }] },
  'say-zero': { code: 2, statuses: [{ perUnit: 10, unit: 3, remaining: 0, reset: 0, isOver: true }] },
  'say-half': { code: 2, statuses: [null, two[1] as Status] },
  'say-none': { code: 1, statuses: [null] },
  'say-unit': { code: 1, statuses: [{ perUnit: 3, unit: 0, remaining: 0, reset: 0 }] },
  'say-body': {
    code: 2,
    body: '{"limited": true}',
    toClient: [
      ['Content-Type', 'application/json'],
      ['x-said', 'one'],
      ['x-said', 'two'],
    ],
    toOrigin: [['x-never', 'sent']],
  },
  'say-text': { code: 2, body: 'too many \u00e4' },
  'say-headers': {
    code: 1,
    toClient: [['x-said', 'to the client']],
    toOrigin: [
      ['x-told', 'to the origin'],
      ['x-say', 'again'],
    ],
  },
  'say-metadata': { code: 1, metadata: { text: 'value', number: 5 } },
  'say-unknown': { code: 0 },
};

function encode({ code, statuses, toClient, toOrigin, body, metadata }: Told): Buffer {
  const answer = new WireWriter();
  if (code > 0) answer.number(1, code);
  for (const status of statuses ?? []) answer.block(2, encodeStatus(status));
  for (const [field, headers] of [[3, toClient ?? []] as const, [4, toOrigin ?? []] as const]) {
    for (const [name, value] of headers) {
      const header = new WireWriter();
      header.text(1, name);
      header.text(2, value);
      answer.block(field, header.finish());
    }
  }
  if (body !== undefined) answer.text(5, body);
  if (metadata !== undefined) answer.block(6, encodeStruct(metadata));
  return answer.finish();
}

function encodeStatus(status: Status | null): Buffer {
  const writer = new WireWriter();
  writer.number(1, status?.isOver === true ? 2 : 1);
  if (status === null) return writer.finish();
  const limit = new WireWriter();
  limit.number(1, status.perUnit);
  if (status.unit > 0) limit.number(2, status.unit);
  limit.text(3, status.name ?? '');
  writer.block(2, limit.finish());
  if (status.remaining > 0) writer.number(3, status.remaining);
  const reset = new WireWriter();
  if (status.reset > 0) reset.number(1, status.reset);
  writer.block(4, reset.finish());
  return writer.finish();
}

/** A rate limit service that says what it is asked to say, and writes down what it was sent. */
export class LimitService {
  readonly seen: string[];
  private readonly server: Server;

  constructor() {
    this.seen = [];
    this.server = new Server();
    const limit = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void => {
      const text = call.request.toString('latin1');
      this.seen.push(JSON.stringify(text));
      const word = /say-[a-z-]+/.exec(text)?.[0] ?? '';
      if (word === 'say-error') answer({ code: 13, details: 'of gRPC' });
      else if (word === 'say-junk') answer(null, Buffer.from([0xff, 0xff]));
      else answer(null, encode(told[word] ?? { code: 1 }));
    };
    this.server.addService({ limit: unary }, { limit });
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

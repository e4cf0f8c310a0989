import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import { echoParts, type Front, type Peer, type Plays, playEach } from '../cells.js';

const bytes = (value: Buffer): Buffer => value;

function open(at: 'h2c' | 'tls', front: Front): Client {
  const channel = at === 'tls' ? credentials.createSsl(readFileSync(front.ca)) : credentials.createInsecure();
  return new Client(`127.0.0.1:${front.port(at)}`, channel, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
}

interface Outcome {
  readonly error: ServiceError | null;
  readonly reply: Buffer | undefined;
  readonly end: StatusObject;
}

function unary(client: Client, path: string, request: Buffer, metadata = new Metadata()): Promise<Outcome> {
  return new Promise((resolve) => {
    let answered: Omit<Outcome, 'end'> | undefined;
    client
      .makeUnaryRequest(path, bytes, bytes, request, metadata, (error, reply) => {
        answered = { error, reply };
      })
      .on('status', (end: StatusObject) =>
        // The status comes last, but its listeners may be called first.
        setImmediate(() => resolve({ error: null, reply: undefined, ...answered, end })),
      );
  });
}

function endOf(call: ClientDuplexStream<Buffer, Buffer>): Promise<StatusObject> {
  call.on('error', () => undefined);
  return new Promise((resolve) => call.on('status', resolve));
}

function plays(client: Client, at: string): Plays {
  const chat = (path: string): ClientDuplexStream<Buffer, Buffer> =>
    client.makeBidiStreamRequest(path, bytes, bytes);
  return {
    upload: async (front, root) => {
      const { end, reply } = await unary(client, `${root}/echo`, front.body);
      const isSame = reply?.equals(front.body) === true;
      return isSame ? `${end.code} and the message` : `${end.code} ${end.details}`;
    },
    'both ways at once': async (front, root) => {
      const call = chat(`${root}/echo`);
      const ended = endOf(call);
      const size = Math.ceil(front.body.length / echoParts);
      let got = 0;
      for (let i = 0; i < echoParts; i++) {
        call.write(front.body.subarray(i * size, (i + 1) * size));
        const [part] = (await once(call, 'data')) as [Buffer];
        got += part.length;
      }
      call.end();
      return `${got} bytes, status ${(await ended).code}`;
    },
    trailers: async (_front, root) => {
      const { end, reply } = await unary(client, `${root}/trailers`, Buffer.from('body'));
      return `${reply} ${end.metadata.get('x-sum')}, sent ${end.metadata.get('x-seen')}`;
    },
    'early answer': async (_front, root) => {
      const call = chat(`${root}/early`);
      const ended = endOf(call);
      call.write(Buffer.from('not all'));
      call.resume();
      const { code, details } = await ended;
      return `${code} ${details}`;
    },
    'reset by the client': async (front, root) => {
      const path = `${root}/grpc-${at}/hang`;
      const call = chat(path);
      const ended = endOf(call);
      await once(call, 'metadata');
      call.cancel();
      await front.ended(path);
      return `${(await ended).code}, the origin saw it`;
    },
    'reset before the answer': async (_front, root) => {
      const { end } = await unary(client, `${root}/reset`, Buffer.from('x'));
      return String(end.code);
    },
    'reset within the answer': async (_front, root) => {
      const call = chat(`${root}/cut`);
      const ended = endOf(call);
      const head = once(call, 'metadata');
      call.resume();
      await head;
      return (await ended).code === status.OK ? 'no error' : 'cut off';
    },
  };
}

async function play(at: 'h2c' | 'tls', front: Front, cells: Parameters<Peer['play']>[1]): Promise<string[]> {
  const client = open(at, front);
  const outcomes = await playEach(plays(client, at), front, cells);
  client.close();
  return outcomes;
}

const post = 'every gRPC call is a POST';
const noTunnel = 'gRPC has streams of its own, and no tunnels';

export const grpcPeers: readonly Peer[] = (['h2c', 'tls'] as const).map((at) => ({
  client: 'grpc-js',
  listener: at,
  missing: false,
  without: {
    GET: post,
    HEAD: post,
    '100-continue': 'gRPC waits for nobody',
    WebSocket: noTunnel,
    CONNECT: noTunnel,
  },
  play: (front, cells) => play(at, front, cells),
}));

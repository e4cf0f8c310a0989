import type { TestContext } from 'node:test';
import {
  type ChannelOptions,
  Client,
  credentials,
  type Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import type { echoMethods } from './echo-service.js';

type Methods = typeof echoMethods;
const bytes = (value: Buffer): Buffer => value;

/** How a unary call ended. */
export interface Outcome {
  readonly reply: Buffer | undefined;
  readonly error: ServiceError | null;
  readonly initial: Metadata | undefined;
  readonly end: StatusObject | undefined;
}

/** A client of the service by way of a proxy, closed with the test. */
export function connectTo(t: TestContext, port: number, options: ChannelOptions = {}): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_retries': 0,
    // Clients of one process share connections to one address otherwise.
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  });
  t.after(() => client.close());
  return client;
}

/** One request, one answer; told, not thrown. */
export function ask(
  client: Client,
  method: Methods[keyof Methods],
  request: Buffer,
  metadata: Metadata,
  options: { readonly deadline?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    let initial: Metadata | undefined;
    let answer: { reply: Buffer | undefined; error: ServiceError | null } | undefined;
    let end: StatusObject | undefined;
    const finish = (): void => {
      if (answer !== undefined && end !== undefined) resolve({ ...answer, initial, end });
    };
    client
      .makeUnaryRequest(method.path, bytes, bytes, request, metadata, options, (error, reply) => {
        answer = { reply, error };
        finish();
      })
      .on('metadata', (head: Metadata) => {
        initial = head;
      })
      .on('status', (status: StatusObject) => {
        end = status;
        finish();
      });
  });
}

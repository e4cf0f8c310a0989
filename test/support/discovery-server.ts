import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a discovery server says to one question; null: nothing, ever. */
export type RestAnswer = { readonly status: number; readonly body: string } | null;

export interface RestQuestion {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** A server of assignments by REST; every question is answered by a test. */
export class DiscoveryServer {
  readonly questions: RestQuestion[];
  private readonly server: Server;

  constructor(answer: (question: RestQuestion, index: number) => Promise<RestAnswer>) {
    this.questions = [];
    this.server = createServer((request, response) => {
      void readQuestion(request).then(async (question) => {
        this.questions.push(question);
        const given = await answer(question, this.questions.length - 1);
        if (given !== null) response.writeHead(given.status).end(given.body);
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function readQuestion(request: IncomingMessage): Promise<RestQuestion> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.rawHeaders,
    body: Buffer.concat(parts).toString(),
  };
}

export const assignmentType = 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment';

/** An assignment with a host at each of those ports of the loopback. */
export function assignmentOf(name: string, ports: readonly number[]) {
  const hosts = ports.map((port) => ({
    endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
  }));
  return { '@type': assignmentType, cluster_name: name, endpoints: [{ lb_endpoints: hosts }] };
}

export function discovered(version: string, ...resources: readonly object[]): RestAnswer {
  return {
    status: 200,
    body: JSON.stringify({ version_info: version, resources, type_url: assignmentType }),
  };
}

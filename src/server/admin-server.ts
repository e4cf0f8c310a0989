import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AdminAnswer, AdminRequest } from '../admin/endpoint.js';
import { adminAnswer, type PathRule } from '../admin/pages.js';
import type { AdminViews } from '../admin/views.js';
import type { Logger } from '../api/thread-scope.js';
import type { StreamRecord } from '../stream/stream-record.js';
import type { AdminAccessLog } from './admin-access-log.js';
import type { AdminStats } from './admin-stats.js';
import { type BindAddress, boundText, listenOn } from './bind.js';
import { writePage } from './page-writer.js';

/** More than any form that the pages read. */
const maxBodyBytes = 1024 * 1024;

export interface AdminServerOptions {
  readonly bind: BindAddress;
  readonly views: AdminViews;
  readonly mayAsk: PathRule;
  readonly stats: AdminStats;
  readonly accessLog: AdminAccessLog;
  readonly log: Logger;
  /** Where the bound address is written. */
  readonly addressPath: string | undefined;
}

/** The admin pages over HTTP/1.1, on main, outside the data path. */
export class AdminServer {
  private readonly options: AdminServerOptions;
  private readonly server: Server;

  constructor(options: AdminServerOptions) {
    this.options = options;
    this.server = createServer((request, response) => void this.answer(request, response));
    // As long as Envoy's connection managers keep idle connections: pollers need not meet a closing one.
    this.server.keepAliveTimeout = 3_600_000;
    this.server.on('connection', (socket) => options.stats.onConnection(socket));
  }

  /** Binds; rejects when that fails. */
  async listen(): Promise<string> {
    const { bind, log, addressPath } = this.options;
    await listenOn(this.server, bind, 511, 'admin');
    this.server.on('error', (error) => log.error(`admin: ${error.message}`));
    const address = boundText(this.server, bind);
    if (addressPath !== undefined) {
      try {
        writeFileSync(addressPath, address);
      } catch (error) {
        log.error(`cannot write the admin address to '${addressPath}': ${textOf(error)}`);
      }
    }
    log.info(`admin listens on ${address}`);
    return address;
  }

  /** Stops listening; open connections end at once. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { views, mayAsk, stats, accessLog, log } = this.options;
    stats.onRequest(response);
    const entry = accessLog.onRequest(request, response);
    response.on('error', () => {
      // The client went away; there is nobody left to tell.
    });
    try {
      const form = await readForm(request);
      if (form === null) {
        response.writeHead(413, { connection: 'close' }).end();
        return;
      }
      const answer = await adminAnswer(requestOf(request, form), views, mayAsk);
      await send(response, answer, entry);
      answer.afterwards?.();
    } catch (error) {
      log.error(`admin: ${request.method} ${request.url}: ${textOf(error)}`);
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error; the log has more\n');
    }
  }
}

function requestOf(request: IncomingMessage, form: string): AdminRequest {
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(form !== '' ? form : mark < 0 ? '' : target.slice(mark + 1));
  return { method: request.method ?? 'GET', target, path, query, accept: request.headers.accept ?? '' };
}

/** The body of an urlencoded form, empty for other requests, null when it is too large. */
async function readForm(request: IncomingMessage): Promise<string | null> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (request.method !== 'POST' || !isForm) {
    request.resume();
    return '';
  }
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxBodyBytes) return null;
  }
  return text;
}

/** Counts the bytes of a body in pieces into the entry of the access log. */
function* counted(pieces: Iterable<string>, entry: StreamRecord): Generator<string, void> {
  for (const piece of pieces) {
    entry.bytesSent += Buffer.byteLength(piece);
    yield piece;
  }
}

/** Resolves once the answer is out, or its client gone. */
async function send(
  response: ServerResponse,
  { status, contentType, body, headers }: AdminAnswer,
  entry: StreamRecord | null,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    response.once('finish', resolve);
    response.once('close', resolve);
  });
  // HTTP/1.1 connections persist; Envoy does not say so.
  response.removeHeader('connection');
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-cache, max-age=0',
    'x-content-type-options': 'nosniff',
    server: 'envoy',
    ...headers,
  });
  const pieces = typeof body === 'string' ? [body] : body;
  await writePage(response, entry === null ? pieces : counted(pieces, entry));
  await closed;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

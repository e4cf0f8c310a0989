import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { Probe } from '../../bench/process/wait-until-serving.js';

/** Serving means: a GET over HTTP/2 by prior knowledge answers 200 within a second. */
export function http2Probe(origin: string, path: string): Probe {
  return async () => {
    const session = connect(origin);
    try {
      const status = await begin(session, path, 1000);
      return status === 200 ? undefined : `${origin}${path} answers ${status}`;
    } catch (error) {
      return `${origin}${path}: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      session.destroy();
    }
  };
}

/** Sends a GET and waits for its first bytes, or for its end; what then comes is let go. */
export function begin(session: ClientHttp2Session, path: string, limitMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const stream: ClientHttp2Stream = session.request({ ':path': path });
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(status);
    };
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    session.once('error', fail);
    stream.on('error', fail);
    stream.once('response', (headers) => {
      status = headers[':status'] ?? 0;
      session.off('error', fail);
      session.on('error', () => undefined);
    });
    stream.on('data', settle);
    stream.on('end', settle);
  });
}

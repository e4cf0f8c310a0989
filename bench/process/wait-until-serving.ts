import { get, type IncomingMessage } from 'node:http';
import { get as getSecurely } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './children.js';

/** Undefined when the proxy serves; otherwise what was seen instead. */
export type Probe = () => Promise<string | undefined>;

/** Serving means: a GET answers 200 within a second, whoever signed the certificate. */
export function httpProbe(url: string): Probe {
  return () =>
    new Promise((resolve) => {
      const onResponse = (response: IncomingMessage): void => {
        response.resume();
        response.once('close', () =>
          resolve(response.statusCode === 200 ? undefined : `${url} answers ${response.statusCode}`),
        );
      };
      const options = { agent: false, timeout: 1000, rejectUnauthorized: false };
      const request = url.startsWith('https:')
        ? getSecurely(url, options, onResponse)
        : get(url, options, onResponse);
      request.once('timeout', () => request.destroy());
      request.once('error', (error) => resolve(`${url}: ${error.message}`));
    });
}

/** Waits until the probe is content; throws with the child's last words when it ends or the time is over. */
export async function waitUntilServing(
  child: Child,
  name: string,
  probe: Probe,
  limitMs = 15_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  let seen: string | undefined = 'nothing was tried';
  while (Date.now() < end) {
    if (!child.isRunning) throw new Error(`${name} ended at start-up: ${child.complaint}`);
    seen = await probe();
    if (seen === undefined) return;
    await delay(50);
  }
  throw new Error(`${name} does not serve after ${limitMs / 1000} s (${seen}): ${child.complaint}`);
}

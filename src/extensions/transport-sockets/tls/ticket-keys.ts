import { createHmac, randomBytes } from 'node:crypto';
import type { SharedMemory } from '../../../api/thread-scope.js';
import type { Clock } from '../../../base/clock.js';
import type { TicketKey, TicketKeys } from './server-socket.js';

/** The 80 bytes of Envoy's configuration: name, MAC key, cipher key, of which this Node's library uses half. */
export function configuredTicketKeys(keys: readonly Uint8Array[]): TicketKeys {
  const live = keys.map((bytes): TicketKey => {
    const key = Buffer.from(bytes);
    return { name: key.subarray(0, 16), hmac: key.subarray(16, 48), aes: key.subarray(48, 64) };
  });
  return () => live;
}

const periodMs = 86_400_000;
const sharedName = 'tls.ticket-keys';
/** Of the seven shared words six hold the secret, the last says how far that is. */
const stateWord = 6;
const State = { empty: 0n, filling: 1n, filled: 2n } as const;

/**
 * Keys that every worker derives alike from one secret of the process: today's makes tickets, yesterday's still opens
 * them, and nobody has to tell anybody when the day ends.
 */
export function processTicketKeys(shared: SharedMemory, clock: Clock): TicketKeys {
  const secret = sharedSecret(shared.words(sharedName));
  let period = -1;
  let keys: readonly TicketKey[] = [];
  return () => {
    const now = Math.trunc(clock.wallMs() / periodMs);
    if (now !== period) {
      period = now;
      keys = [derive(secret, now), derive(secret, now - 1)];
    }
    return keys;
  };
}

function derive(secret: Buffer, period: number): TicketKey {
  const bytes = createHmac('sha512', secret).update(`ticket ${period}`).digest();
  return { name: bytes.subarray(0, 16), hmac: bytes.subarray(16, 48), aes: bytes.subarray(48, 64) };
}

/** The first thread to come fills the words; the others wait the moment that this takes. */
function sharedSecret(words: BigInt64Array): Buffer {
  if (Atomics.compareExchange(words, stateWord, State.empty, State.filling) === State.empty) {
    const fresh = new BigInt64Array(randomBytes(stateWord * 8).buffer.slice(0));
    for (let i = 0; i < stateWord; i++) Atomics.store(words, i, fresh[i] ?? 0n);
    Atomics.store(words, stateWord, State.filled);
    Atomics.notify(words, stateWord);
  } else {
    Atomics.wait(words, stateWord, State.filling, 1000);
  }
  const secret = Buffer.alloc(stateWord * 8);
  for (let i = 0; i < stateWord; i++) secret.writeBigInt64LE(Atomics.load(words, i), i * 8);
  return secret;
}

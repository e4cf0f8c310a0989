import { type ProxyHeaderReading, readProxyHeader } from '../../src/codec/proxy-protocol/proxy-header.js';
import { Dice } from './http1/mutations.js';
import { seededRandom } from './http1/random-cuts.js';

const signature = '\r\n\r\n\0\r\nQUIT\n';
const seeds: readonly string[] = [
  'PROXY TCP4 10.0.0.1 10.0.0.2 4096 80\r\nGET',
  'PROXY TCP6 2001::1 ::ffff:10.0.0.2 4096 80\r\n',
  'PROXY UNKNOWN ffff::1 x 1 2\r\n',
  `${signature}\x21\x11\0\x17abcdefghijkl\x02\0\x08abcdefghrest`,
  `${signature}\x21\x21\0\x24${'a'.repeat(36)}`,
  `${signature}\x20\0\0\x04\x04\0\x01x`,
];

/** A wire with a few bytes changed, taken out or put in. */
function bent(dice: Dice, wire: string): string {
  let text = wire;
  for (let i = dice.below(4); i > 0; i--) {
    const at = dice.below(text.length + 1);
    const put = dice.oneIn(3)
      ? ''
      : String.fromCharCode(dice.oneIn(2) ? dice.below(256) : 32 + dice.below(32));
    text = text.slice(0, at) + put + text.slice(at + dice.below(2));
  }
  return text;
}

/** Why a header is refused may depend on how much of it is there. */
function verdictOf(reading: ProxyHeaderReading): string {
  const isRefused = reading === 'missing' || (typeof reading === 'object' && 'broken' in reading);
  return isRefused ? 'refused' : JSON.stringify(reading);
}

/**
 * Bent PROXY headers: reading never throws, never claims bytes that are not there, and a front of a wire never says
 * more than the whole. Answers how many were read.
 */
export function fuzzProxyHeader(runs: number, seed: number): number {
  const dice = new Dice(seededRandom(seed));
  let accepted = 0;
  for (let i = 0; i < runs; i++) {
    const wire = bent(dice, seeds[i % seeds.length] as string);
    const bytes = Buffer.from(wire, 'latin1');
    const rules = { allowsAbsent: dice.oneIn(2), disallowed: [] };
    const whole = readProxyHeader(bytes, bytes.length, rules);
    if (typeof whole === 'object' && 'length' in whole) {
      accepted++;
      if (whole.length > bytes.length) throw new Error(`reads beyond the end: ${JSON.stringify(wire)}`);
    }
    const cut = dice.below(bytes.length + 1);
    const front = readProxyHeader(bytes, cut, rules);
    if (front !== 'incomplete' && verdictOf(front) !== verdictOf(whole))
      throw new Error(`changes its mind behind byte ${cut}: ${JSON.stringify(wire)}`);
  }
  return accepted;
}

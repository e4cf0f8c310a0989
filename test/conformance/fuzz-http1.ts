import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Http1ParserOptions } from '../../src/api/codec.js';
import { allCases } from './http1/all-cases.js';
import { loadLlhttp, type Opinion, opinionOf } from './http1/llhttp.js';
import { compose, Dice, mutate } from './http1/mutations.js';
import { randomCuts, seededRandom } from './http1/random-cuts.js';
import { type Conversation, defaultOptions, transcript } from './http1/transcript.js';

/**
 * Differential fuzzing of the HTTP/1 parser. For every wire, whole and in pieces:
 *
 * - it never throws, always advances, and never holds more than `maxHeadBytes` (`transcript` checks);
 * - what it reports does not depend on how the wire was cut;
 * - what it accepts, strict llhttp accepts with the same heads, bodies and message ends.
 *
 * Two things it accepts in which llhttp does otherwise, both as Envoy does them:
 *
 * 1. A bare CR in the value of a field that decides neither framing nor routing is deleted; llhttp refuses it. Then
 *    llhttp must read the wire without that CR as ours reads the wire with it.
 * 2. A request that asks for an upgrade has no body: everything behind its head is left to the caller, and the
 *    connection carries no further request. llhttp reads the body first. Nothing is compared behind that head.
 */

export interface FuzzReport {
  readonly runs: number;
  /** Wires of which at least one whole message was accepted, and those llhttp was asked about twice. */
  readonly accepted: number;
  readonly refused: number;
  readonly repaired: number;
}

/** llhttp's codes for a CR without its LF: in a value, and before it. */
const bareCrCodes: readonly number[] = [2, 3];
const repairLimit = 12;
const lenientOptions: Http1ParserOptions = {
  ...defaultOptions,
  acceptHttp10: true,
  enableTrailers: true,
  allowChunkedLength: true,
};
const smallOptions: Http1ParserOptions = {
  ...lenientOptions,
  allowChunkedLength: false,
  maxHeadBytes: 300,
  maxHeaders: 8,
};
const optionSets = [defaultOptions, lenientOptions, smallOptions];
const answeredMethods = ['GET', 'GET', 'HEAD', 'CONNECT'];

const shortCases = allCases.filter((wireCase) => wireCase.wire.length < 2000);
const requestCorpus = shortCases.filter((wireCase) => wireCase.methods === undefined);
const responseCorpus = shortCases.filter((wireCase) => wireCase.methods !== undefined);

/** Our transcript as llhttp's reading would be written: heads, bodies, ends. */
function framingOf(lines: readonly string[]): string[] {
  const framing: string[] = [];
  for (const line of lines) {
    if (line === 'end' || line.startsWith('body=')) framing.push(line);
    else if (!line.startsWith('  ') && !/^(?:! |trailer |tunnel=|rest=)/.test(line)) {
      framing.push('head');
      if (line.endsWith(' informational')) framing.push('end');
      if (line.endsWith(' tunnel')) break;
    }
  }
  return framing;
}

/** Every line of ours is llhttp's too; a body that ours stopped reading may be longer there. */
function isPrefix(ours: readonly string[], theirs: readonly string[]): boolean {
  return ours.every((line, i) => {
    const their = theirs[i] ?? '';
    return line === their || (i === ours.length - 1 && line.startsWith('body=') && their.startsWith(line));
  });
}

function agrees(conversation: Conversation, ours: readonly string[], report: { repaired: number }): boolean {
  const { methods, options } = conversation;
  let wire = conversation.wire;
  let opinion = opinionOf(wire, methods, options.allowChunkedLength);
  for (let repairs = 0; !isPrefix(ours, opinion.lines); repairs++) {
    const shorter = repairs < repairLimit ? repaired(wire, opinion) : null;
    if (shorter === null) return false;
    report.repaired++;
    wire = shorter;
    opinion = opinionOf(wire, methods, options.allowChunkedLength);
  }
  return true;
}

/** The wire without the CR that llhttp stumbled over, when that was it. */
function repaired(wire: Buffer, opinion: Opinion): Buffer | null {
  if (!bareCrCodes.includes(opinion.code)) return null;
  const at =
    wire[opinion.offset] === 13 && wire[opinion.offset + 1] !== 10 ? opinion.offset : opinion.offset - 1;
  if (wire[at] !== 13) return null;
  return Buffer.concat([wire.subarray(0, at), wire.subarray(at + 1)]);
}

function draw(dice: Dice): Conversation {
  const isResponse = dice.oneIn(3);
  const corpus = isResponse ? responseCorpus : requestCorpus;
  const start = dice.oneIn(2) ? compose(dice, isResponse) : dice.pick(corpus).wire;
  const wire = Buffer.from(mutate(dice, start, corpus), 'latin1');
  const options = dice.pick(optionSets);
  if (!isResponse) return { wire, cuts: [], options, stopsAfterClose: true };
  const method = dice.pick(answeredMethods);
  return { wire, cuts: [], options, stopsAfterClose: true, methods: [method, method, method, method] };
}

function describe(what: string, seed: number, run: number, conversation: Conversation): Error {
  const wire = JSON.stringify(conversation.wire.latin1Slice());
  return new Error(`${what} (seed ${seed}, run ${run}, ${conversation.methods?.[0] ?? 'request'}): ${wire}`);
}

/** Draws and checks `runs` wires; throws with the wire at fault. The same seed draws the same wires. */
export async function fuzzHttp1(runs: number, seed: number): Promise<FuzzReport> {
  await loadLlhttp();
  const dice = new Dice(seededRandom(seed));
  const report = { runs, accepted: 0, refused: 0, repaired: 0 };
  for (let run = 0; run < runs; run++) {
    const conversation = draw(dice);
    const lines = transcript(conversation);
    const cuts = randomCuts(conversation.wire.length, seed + run);
    const inPieces = transcript({ ...conversation, cuts });
    if (lines.length !== inPieces.length || lines.some((line, i) => line !== inPieces[i])) {
      throw describe(
        `cut at ${cuts.join(' ')} it reads ${inPieces.join(' | ')}, whole ${lines.join(' | ')}`,
        seed,
        run,
        conversation,
      );
    }
    const ours = framingOf(lines);
    if (ours.includes('end')) report.accepted++;
    if (lines.at(-1)?.startsWith('! ') === true) report.refused++;
    if (!agrees(conversation, ours, report)) {
      const { lines: theirs, code } = opinionOf(
        conversation.wire,
        conversation.methods,
        conversation.options.allowChunkedLength,
      );
      throw describe(
        `ours ${ours.join(' | ')}, llhttp ${theirs.join(' | ')} code ${code}`,
        seed,
        run,
        conversation,
      );
    }
  }
  return report;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  });
  const started = performance.now();
  const report = await fuzzHttp1(Number(values.runs), Number(values.seed));
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${report.runs} runs in ${seconds.toFixed(1)} s (${Math.round(report.runs / seconds)}/s): ` +
      `${report.accepted} accepted, ${report.refused} refused, ${report.repaired} bare CRs`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

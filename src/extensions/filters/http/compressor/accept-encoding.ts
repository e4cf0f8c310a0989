/** One coding of an `accept-encoding` header with its weight (RFC 9110 section 12.5.3). */
export interface AcceptedCoding {
  readonly coding: string;
  readonly weight: number;
}

/** What of a request's `accept-encoding` the choice rests on, as the compressors' counters tell it. */
export type ChoiceReason = 'identity' | 'wildcard' | 'valid' | 'not-valid';

export interface CodingChoice {
  readonly coding: string;
  readonly reason: ChoiceReason;
}

/** A compressor of the chain that would take the response. */
export interface OfferedCoding {
  readonly coding: string;
  readonly choosesFirst: boolean;
}

/** A weight that is no number makes its coding unusable. */
export function parseAcceptEncoding(header: string): readonly AcceptedCoding[] {
  const codings: AcceptedCoding[] = [];
  for (const token of header.split(',')) {
    const semicolon = token.indexOf(';');
    const coding = (semicolon < 0 ? token : token.slice(0, semicolon)).trim();
    if (coding === '') continue;
    if (semicolon < 0) codings.push({ coding, weight: 1 });
    else {
      const weight = weightOf(token.slice(semicolon + 1));
      if (weight !== null) codings.push({ coding, weight });
    }
  }
  return codings;
}

function weightOf(parameter: string): number | null {
  const equals = parameter.indexOf('=');
  if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'q') return 1;
  const text = parameter.slice(equals + 1).trim();
  return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text) ? Number(text) : null;
}

const notValid: CodingChoice = { coding: 'identity', reason: 'not-valid' };

/**
 * The highest weight wins; among equals the first named, unless a later one's compressor asks to be chosen. A coding
 * that is refused by name is not what `*` stands for.
 */
export function chooseCoding(header: string, offered: readonly OfferedCoding[]): CodingChoice {
  const accepted = parseAcceptEncoding(header);
  let best: AcceptedCoding | null = null;
  for (const it of accepted) {
    const offer = offered.find(({ coding }) => coding === it.coding);
    if (offer === undefined && it.coding !== 'identity' && it.coding !== '*') continue;
    const isLiked = offer?.choosesFirst === true && it.weight === best?.weight;
    if (best === null || it.weight > best.weight || isLiked) best = it;
  }
  if (best === null || best.weight <= 0 || offered.length === 0) return notValid;
  if (best.coding === 'identity') return { coding: 'identity', reason: 'identity' };
  if (best.coding !== '*') return { coding: best.coding, reason: 'valid' };
  const isRefused = (name: string): boolean =>
    accepted.some(({ coding, weight }) => coding === name && weight <= 0);
  const first = offered.find(({ coding }) => !isRefused(coding));
  return first === undefined ? notValid : { coding: first.coding, reason: 'wildcard' };
}

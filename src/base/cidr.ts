/** An IP address as 32-bit words: one for IPv4, eight 16-bit groups packed in four for IPv6. */
export type IpWords = readonly number[];

const v4Octet = /^(?:0|[1-9][0-9]{0,2})$/;
const v6Group = /^[0-9a-fA-F]{1,4}$/;

/** Reads an address in text form (RFC 4291 section 2.2 for IPv6, zone ids dropped); null when it is none. */
export function parseIp(text: string): IpWords | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): IpWords | null {
  const octets = text.split('.');
  if (octets.length !== 4) return null;
  let word = 0;
  for (const octet of octets) {
    const value = Number(octet);
    if (!v4Octet.test(octet) || value > 255) return null;
    word = word * 256 + value;
  }
  return [word];
}

function parseIpv6(text: string): IpWords | null {
  const zone = text.indexOf('%');
  const halves = (zone < 0 ? text : text.slice(0, zone)).split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const words: number[] = [];
  for (let i = 0; i < 8; i += 2) words.push((groups[i] ?? 0) * 65536 + (groups[i + 1] ?? 0));
  return words;
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (i === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part)?.[0];
      if (embedded === undefined) return null;
      groups.push(Math.floor(embedded / 65536), embedded % 65536);
    } else if (v6Group.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** `::ffff:a.b.c.d` as the IPv4 address it carries. */
export function unmapIpv4(words: IpWords): IpWords {
  const isMapped = words.length === 4 && words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return isMapped ? [words[3] ?? 0] : words;
}

/** The RFC 5952 text of an address. */
export function formatIp(words: IpWords): string {
  if (words.length === 1) {
    const word = words[0] ?? 0;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  const groups: string[] = [];
  for (const word of words) groups.push((word >>> 16).toString(16), (word & 0xffff).toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > best.length) best = { start, length: end - start };
    start = Math.max(start, end - 1);
  }
  return best;
}

/** The address with all bits after the prefix cleared. */
export function maskIp(words: IpWords, prefixLength: number): IpWords {
  return words.map((word, i) => (word & maskOfWord(prefixLength - i * 32)) >>> 0);
}

function maskOfWord(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffff_ffff : (0xffff_ffff << (32 - bits)) >>> 0;
}

/** A range of addresses. IPv4 addresses inside IPv6 (`::ffff:`) count as IPv4. */
export class CidrRange {
  readonly network: IpWords;
  readonly prefixLength: number;

  constructor(network: IpWords, prefixLength: number) {
    this.network = maskIp(network, prefixLength);
    this.prefixLength = prefixLength;
  }

  /** Undefined when the text is no address. A prefix longer than the address counts as all of it. */
  static parse(address: string, prefixLength: number): CidrRange | undefined {
    const words = parseIp(address);
    return words === null ? undefined : new CidrRange(words, Math.min(prefixLength, words.length * 32));
  }

  contains(words: IpWords): boolean {
    if (words.length !== this.network.length) return false;
    for (let i = 0; i < words.length; i++) {
      const bits = this.prefixLength - i * 32;
      if (bits <= 0) return true;
      if (((words[i] as number) & maskOfWord(bits)) >>> 0 !== this.network[i]) return false;
    }
    return true;
  }

  containsText(address: string): boolean {
    const words = parseIp(address);
    return words !== null && this.contains(unmapIpv4(words));
  }

  toString(): string {
    return `${formatIp(this.network)}/${this.prefixLength}`;
  }
}

import { endOfString, huffmanCodes, huffmanLengths } from './huffman-code.js';

/**
 * A state of the decoder is an inner node of the code's tree. Four bits at a time lead from one to the next, and no
 * code is shorter than five bits, so a step gives at most one symbol. One entry of the table:
 *
 *   bits 0–7 symbol | bit 8 there is a symbol | bit 9 the string may end here | bit 10 no such code | bits 16– next state
 */
const symbolBit = 0x100;
const endBit = 0x200;
const errorBit = 0x400;

class Node {
  readonly children: [Node | null, Node | null] = [null, null];
  symbol = -1;
  state = -1;
  /** Bits from the root, when all of them were ones: padding (RFC 7541 section 5.2) is at most seven of those. */
  paddingBits = -1;
}

function buildTree(): Node {
  const root = new Node();
  root.paddingBits = 0;
  for (let symbol = 0; symbol <= endOfString; symbol++) {
    const length = huffmanLengths[symbol] as number;
    const code = huffmanCodes[symbol] as number;
    let node = root;
    for (let i = length - 1; i >= 0; i--) {
      const bit = (code >>> i) & 1;
      let next = node.children[bit] ?? null;
      if (next === null) {
        next = new Node();
        next.paddingBits = bit === 1 && node.paddingBits >= 0 ? node.paddingBits + 1 : -1;
        node.children[bit] = next;
      }
      node = next;
    }
    node.symbol = symbol;
  }
  return root;
}

function numberStates(root: Node): Node[] {
  const states: Node[] = [root];
  root.state = 0;
  for (let i = 0; i < states.length; i++) {
    for (const child of (states[i] as Node).children) {
      if (child === null || child.symbol >= 0) continue;
      child.state = states.length;
      states.push(child);
    }
  }
  return states;
}

function buildTable(): Uint32Array {
  const root = buildTree();
  const states = numberStates(root);
  const table = new Uint32Array(states.length * 16);
  for (const start of states) {
    for (let nibble = 0; nibble < 16; nibble++) table[start.state * 16 + nibble] = step(root, start, nibble);
  }
  return table;
}

function step(root: Node, start: Node, nibble: number): number {
  let node: Node | null = start;
  let entry = 0;
  for (let i = 3; i >= 0; i--) {
    node = node.children[(nibble >>> i) & 1] ?? null;
    if (node === null || node.symbol === endOfString) return errorBit;
    if (node.symbol >= 0) {
      entry |= symbolBit | node.symbol;
      node = root;
    }
  }
  if (node.paddingBits >= 0 && node.paddingBits < 8) entry |= endBit;
  return entry | (node.state << 16);
}

const table = buildTable();

/**
 * Decodes [start, end) into `target` and answers the number of bytes written, or -1 for what no encoder makes. `target`
 * must have room for 8/5 of the input.
 */
export function huffmanDecode(source: Buffer, start: number, end: number, target: Buffer): number {
  let state = 0;
  let entry = endBit;
  let at = 0;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    entry = table[state + (byte >>> 4)] as number;
    if ((entry & symbolBit) !== 0) target[at++] = entry;
    const broken = entry;
    entry = table[((entry >>> 16) << 4) + (byte & 15)] as number;
    if (((broken | entry) & errorBit) !== 0) return -1;
    if ((entry & symbolBit) !== 0) target[at++] = entry;
    state = (entry >>> 16) << 4;
  }
  return (entry & endBit) === 0 ? -1 : at;
}

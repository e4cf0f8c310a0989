/**
 * The Huffman code of RFC 7541 appendix B. It is canonical, so the lengths say it all: codes of one length follow each
 * other in the order of their symbols. One letter per symbol, `A` for 5 bits; the last symbol is EOS.
 */
const lengths =
  'ISXXXXXXXTZXXZXXXXXXXXZXXXXXXXXX' +
  'BFFHIBDGFFDGDBBBAAABBBBBBBCDKBHF' +
  'IBCCCCCCCCCCCCCCCCCCCCCCDCDIOIJB' +
  'KABABABBBACCBBBABCBAABCCCCCKGJIX' +
  'PRPPRRRSRSSSSSTSTTRSTSSSSQRSRSST' +
  'RQPRRSSQSRRTQRSSQQRQSRSSPRRRSRRS' +
  'VVPORSRUVVVWWVTUOQVWWVWTQQVVXWWW' +
  'PTPQRQQSRRUUTTVSVWVVWWWWWXWWWWWV' +
  'Z';

const symbolCount = 257;
export const endOfString = 256;

/** Bits of each symbol's code, right-aligned. */
export const huffmanCodes = new Uint32Array(symbolCount);
export const huffmanLengths = new Uint8Array(symbolCount);

const shortest = 5;
const longest = 30;

for (let symbol = 0; symbol < symbolCount; symbol++) {
  huffmanLengths[symbol] = lengths.charCodeAt(symbol) - 65 + shortest;
}

let code = 0;
for (let length = shortest; length <= longest; length++) {
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    if (huffmanLengths[symbol] === length) huffmanCodes[symbol] = code++;
  }
  code *= 2;
}

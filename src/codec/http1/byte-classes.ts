/** Tables by byte value: one load decides what a byte may be in each place of an HTTP/1 message. */

function table(fill: (byte: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => fill(byte));
}

const tokenSymbols = "!#$%&'*+-.^_`|~";
const authoritySymbols = "-._~!$&'()*+,;=:@[]%";

function isAlphanumeric(byte: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(byte));
}

/** `tchar` of RFC 9110 section 5.6.2, mapped to its lower case; 0 for every other byte. */
export const tokenLower = table((byte) => {
  const char = String.fromCharCode(byte);
  if (!isAlphanumeric(byte) && !tokenSymbols.includes(char)) return 0;
  return char.toLowerCase().charCodeAt(0);
});

/** 1 for HTAB, SP, VCHAR and obs-text: what a field value or a reason phrase is made of. */
export const valueByte = table((byte) => (byte === 9 || (byte >= 0x20 && byte !== 0x7f) ? 1 : 0));

/** 1 for the visible ASCII characters, all of which a request target may carry here. */
export const targetByte = table((byte) => (byte > 0x20 && byte < 0x7f ? 1 : 0));

/** 1 for the characters of an authority: reg-name, IP literal, port, and the userinfo delimiter. */
export const authorityByte = table((byte) =>
  isAlphanumeric(byte) || authoritySymbols.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** Value of a hexadecimal digit, 255 for every other byte. */
export const hexValue = table((byte) => {
  const char = String.fromCharCode(byte);
  return /[0-9A-Fa-f]/.test(char) ? Number.parseInt(char, 16) : 255;
});

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const hexadecimal = /^([+-]?)(0x[0-9a-f]+)$/i;

/** A number with blanks around it, as headers and bodies have them; undefined for other text. */
export function numberOfText(text: string): number | undefined {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  const hex = hexadecimal.exec(trimmed);
  if (hex === null) return undefined;
  const value = Number(hex[2]);
  return hex[1] === '-' ? -value : value;
}

/** A double as C's `%g` with that many digits prints it: no trailing zeros, exponent of two digits or more. */
function general(value: number, digits: number): string {
  const precise = value.toPrecision(digits);
  const [mantissa = '', exponent] = precise.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return exponent === undefined ? short : `${short}e${twoDigits(exponent)}`;
}

function twoDigits(exponent: string): string {
  return exponent.length < 3 ? `${exponent[0]}0${exponent.slice(1)}` : exponent;
}

/** Bucket bounds in text pages: six digits, `1.8e+06`. */
export function boundText(value: number): string {
  return general(value, 6);
}

/** Numbers of Prometheus pages: 32 significant digits of the exact value, which keeps whole numbers plain. */
export function promNumber(value: number): string {
  return Number.isSafeInteger(value) ? String(value + 0) : general(value, 32);
}

/** Doubles of JSON pages: the shorter of plain and scientific, plain when equal: `3e+05`, `1800000`. */
export function jsonNumber(value: number): string {
  const plain = String(value);
  if (plain.includes('e')) return plain.replace(/e([+-])(\d)$/, 'e$10$2');
  const [mantissa = '', exponent = '+0'] = value.toExponential().split('e');
  const scientific = `${mantissa}e${twoDigits(exponent)}`;
  return scientific.length < plain.length ? scientific : plain;
}

/** Quantiles in text pages: shortest form that reads back the same. */
export function quantileText(value: number | undefined): string {
  return value === undefined ? 'nan' : jsonNumber(value);
}

/** What a header block may amount to, and what is done about names with underscores. */
export interface HeadLimits {
  /** Names and values together. */
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly headersWithUnderscores: 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER';
}

/** What a decoded header block turned out to be. */
export type HeadVerdict = 'ok' | 'malformed' | 'bad-field' | 'too-large' | 'too-many' | 'underscores';

/** A value without the white space at its ends. */
export function trimValue(value: string): string {
  const last = value.length - 1;
  if (last < 0 || (value.charCodeAt(0) > 32 && value.charCodeAt(last) > 32)) return value;
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** Digits alone, and few enough to be exact; -1 for anything else. */
export function parseContentLength(value: string): number {
  return /^\d{1,15}$/.test(value) ? Number(value) : -1;
}

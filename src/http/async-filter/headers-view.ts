import type { HeaderMap } from '../../base/header-map.js';
import { isToken, safeText } from '../../codec/http1/field-safety.js';

/** Header fields as user filters see them: names in any spelling, values checked before they are put in. */
export class HeadersView implements Iterable<readonly [name: string, value: string]> {
  private readonly map: HeaderMap;

  constructor(map: HeaderMap) {
    this.map = map;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    return this.map.get(name.toLowerCase());
  }

  getAll(name: string): readonly string[] {
    return this.map.getAll(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.map.get(name.toLowerCase()) !== undefined;
  }

  /** Replaces every field of that name. */
  set(name: string, value: string): void {
    this.map.set(checkedName(name), checkedValue(name, value));
  }

  /** Adds a field; earlier ones of that name stay. */
  add(name: string, value: string): void {
    this.map.add(checkedName(name), checkedValue(name, value));
  }

  remove(name: string): boolean {
    return this.map.remove(name.toLowerCase());
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    const { names, values } = this.map;
    for (let i = 0; i < names.length; i++) yield [names[i] as string, values[i] as string];
  }
}

/** The name in lower case; a name that cannot stand on the wire is the filter's mistake. */
export function checkedName(name: string): string {
  const lower = name.toLowerCase();
  if (!isToken(lower)) throw new TypeError(`"${name}" cannot be the name of a header`);
  if (lower === 'host') throw new TypeError('the host of a request is its authority');
  return lower;
}

export function checkedValue(name: string, value: string): string {
  const safe = safeText(value);
  if (safe === null) throw new TypeError(`the value of header ${name} has a line break or a zero in it`);
  return safe;
}

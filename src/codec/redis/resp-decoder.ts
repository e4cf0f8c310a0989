import { splitInlineCommand } from './inline-command.js';
import {
  type RespArray,
  type RespText,
  type RespValue,
  respArray,
  respBulk,
  respNull,
} from './resp-value.js';

export interface RespLimits {
  /** A bulk beyond it is a protocol error. */
  readonly bulkBytes: number;
  /** A line without its end beyond it is one too. */
  readonly lineBytes: number;
  /** All of one value. */
  readonly valueBytes: number;
  /** Elements of one value, over all its arrays. */
  readonly elements: number;
  readonly depth: number;
}

/** Strings of V8 end at half a gigabyte; Redis' own bounds are 512 MB a bulk and a million elements. */
export const respLimits: RespLimits = {
  bulkBytes: 256 * 1024 * 1024,
  lineBytes: 1024 * 1024,
  valueBytes: 256 * 1024 * 1024,
  elements: 4 * 1024 * 1024,
  depth: 64,
};

interface OpenArray {
  readonly type: RespArray['type'];
  readonly items: RespValue[];
  left: number;
}

const texts = new Set<string>(['+', '-', '(']);
const bulks = new Set<string>(['$', '!']);
const arrays = new Set<string>(['*', '~', '>', '%']);
const length = /^(?:-1|\d{1,10})$/;
const integer = /^-?\d{1,19}$/;
const double = /^(?:[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf)|nan)$/i;
/** What a line typed by hand begins with. */
const inlineStart = /[A-Za-z0-9"'\s]/;

/**
 * Bytes to values. It keeps where it is in a value that came in part, so that nothing is read twice:
 *
 *   line awaited ──"$n"──► n bytes awaited ──► line awaited
 *        │  ▲
 *        └──┘ "*n": n values more before the array is whole
 */
export class RespDecoder {
  private readonly limits: RespLimits;
  private readonly takesInline: boolean;
  private readonly onValue: (value: RespValue) => void;
  private readonly open: OpenArray[];
  private pending: string;
  private at: number;
  /** Type and length of the bulk whose bytes are awaited; −1 for none. */
  private bulkType: RespText['type'];
  private bulkLength: number;
  private valueBytes: number;
  private elements: number;
  private isStopped: boolean;

  constructor(onValue: (value: RespValue) => void, takesInline: boolean, limits: RespLimits = respLimits) {
    this.limits = limits;
    this.takesInline = takesInline;
    this.onValue = onValue;
    this.open = [];
    this.pending = '';
    this.at = 0;
    this.bulkType = '$';
    this.bulkLength = -1;
    this.valueBytes = 0;
    this.elements = 0;
    this.isStopped = false;
  }

  /** Bytes of a value that is not whole yet. */
  get pendingBytes(): number {
    return this.pending.length;
  }

  /** Nothing more is decoded; may be called while a value is being told. */
  stop(): void {
    this.isStopped = true;
    this.pending = '';
    this.at = 0;
    this.open.length = 0;
  }

  /** False: this is no RESP, or more of it than the limits allow. Nothing may follow then. */
  decode(text: string): boolean {
    if (this.isStopped) return true;
    this.pending += text;
    let goesOn = true;
    while (goesOn && !this.isStopped) {
      const verdict = this.bulkLength >= 0 ? this.takeBulk() : this.takeLine();
      if (verdict === 'wrong') {
        this.stop();
        return false;
      }
      goesOn = verdict === 'taken';
    }
    if (this.at > 0) {
      this.pending = this.pending.slice(this.at);
      this.at = 0;
    }
    return true;
  }

  private takeBulk(): 'taken' | 'short' | 'wrong' {
    const end = this.at + this.bulkLength;
    if (this.pending.length < end + 2) return 'short';
    if (this.pending.charCodeAt(end) !== 13 || this.pending.charCodeAt(end + 1) !== 10) return 'wrong';
    const text = this.pending.slice(this.at, end);
    this.at = end + 2;
    this.bulkLength = -1;
    this.deliver({ type: this.bulkType, text });
    return 'taken';
  }

  private takeLine(): 'taken' | 'short' | 'wrong' {
    if (this.at >= this.pending.length) return 'short';
    const isInline =
      this.open.length === 0 && this.takesInline && inlineStart.test(this.pending.charAt(this.at));
    if (!isInline && !this.startsValue(this.pending.charAt(this.at))) return 'wrong';
    const end = this.pending.indexOf('\r', this.at);
    if (end < 0) return this.mayBecomeLine(isInline) ? 'short' : 'wrong';
    if (end + 1 >= this.pending.length) return 'short';
    if (this.pending.charCodeAt(end + 1) !== 10) return 'wrong';
    const line = this.pending.slice(this.at, end);
    this.at = end + 2;
    this.valueBytes += line.length;
    if (isInline) return this.takeInline(line);
    return this.takeValue(line.charAt(0), line.slice(1)) ? 'taken' : 'wrong';
  }

  /** Numbers are looked at before their line is whole: a peer that ends lines otherwise would wait for ever. */
  private mayBecomeLine(isInline: boolean): boolean {
    if (this.pending.length - this.at > this.limits.lineBytes) return false;
    const type = this.pending.charAt(this.at);
    if (isInline || !(bulks.has(type) || arrays.has(type) || type === ':')) return true;
    return /^[-\d]{0,20}$/.test(this.pending.slice(this.at + 1, this.at + 24));
  }

  private startsValue(type: string): boolean {
    return texts.has(type) || bulks.has(type) || arrays.has(type) || type === ':' || /[,#_]/.test(type);
  }

  private takeInline(line: string): 'taken' | 'wrong' {
    const words = splitInlineCommand(line);
    if (words === null) return 'wrong';
    this.deliver(respArray(words.map(respBulk)));
    return 'taken';
  }

  /** Answers whether that is a value, or the beginning of one. */
  private takeValue(type: string, rest: string): boolean {
    if (bulks.has(type)) return this.openBulk(type as '$' | '!', rest);
    if (arrays.has(type)) return this.openArray(type as RespArray['type'], rest);
    if (type === ':' && !integer.test(rest)) return false;
    if (type === '#' && rest !== 't' && rest !== 'f') return false;
    if (type === '_' && rest !== '') return false;
    if (type === ',' && !double.test(rest)) return false;
    this.deliver({ type: type as RespText['type'], text: rest });
    return true;
  }

  private openBulk(type: '$' | '!', rest: string): boolean {
    if (!length.test(rest)) return false;
    const bytes = Number(rest);
    if (bytes < 0) {
      this.deliver(respNull);
      return true;
    }
    this.valueBytes += bytes;
    if (bytes > this.limits.bulkBytes || this.valueBytes > this.limits.valueBytes) return false;
    this.bulkType = type;
    this.bulkLength = bytes;
    return true;
  }

  private openArray(type: RespArray['type'], rest: string): boolean {
    if (!length.test(rest)) return false;
    const count = Number(rest) * (type === '%' ? 2 : 1);
    if (count < 0) this.deliver(respNull);
    else if (count === 0) this.deliver({ type, items: [] });
    else {
      this.elements += count;
      if (this.elements > this.limits.elements || this.open.length >= this.limits.depth) return false;
      this.open.push({ type, items: [], left: count });
    }
    return true;
  }

  /** Puts a whole value where it belongs; arrays that it completes are values in turn. */
  private deliver(value: RespValue): void {
    let whole = value;
    for (let top = this.open.at(-1); top !== undefined; top = this.open.at(-1)) {
      top.items.push(whole);
      top.left--;
      if (top.left > 0) return;
      this.open.pop();
      whole = { type: top.type, items: top.items };
    }
    this.valueBytes = 0;
    this.elements = 0;
    this.onValue(whole);
  }
}

import { splitInlineCommand } from './inline-command.js';
import { readCommand } from './read-command.js';
import { type RespLimits, respLimits } from './resp-limits.js';
import {
  type RespArray,
  type RespText,
  type RespValue,
  respArray,
  respBulk,
  respNull,
} from './resp-value.js';

/** Told of what a decoder reads. */
export interface RespSink {
  onValue(value: RespValue): void;
  /**
   * An array of bulks that was there as a whole, by its texts and as the bytes that it came in, which are those that it
   * would be encoded to. Without it, such an array is a value like others.
   */
  onCommand?(words: readonly string[], bytes: string): void;
}

interface OpenArray {
  /** `|` holds attributes of the value behind it, which nobody asks for. */
  readonly type: RespArray['type'] | '|';
  readonly items: RespValue[];
  left: number;
}

const inlineStart = /[A-Za-z0-9"'\s]/;
const length = /^(?:-1|\d{1,10})$/;
const integer = /^-?\d{1,19}$/;
const bigNumber = /^[+-]?\d+$/;
const double = /^(?:[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf)|nan)$/i;

/** What the line of each type has to look like; `$ ! =` and `* ~ > % |` begin with a length. */
const forms: ReadonlyMap<string, RegExp | null> = new Map<string, RegExp | null>([
  ['+', null],
  ['-', null],
  [':', integer],
  [',', double],
  ['#', /^[tf]$/],
  ['(', bigNumber],
  ['_', /^$/],
  ...['$', '!', '=', '*', '~', '>', '%', '|'].map((type): [string, RegExp] => [type, length]),
]);
const bulks = '$!=';
const arrays = '*~>%|';

/**
 * Bytes to values. It keeps where it is in a value that came in part, so that nothing is read twice:
 *
 *   line awaited ──"$n"──► n bytes awaited ──► line awaited
 *        │  ▲
 *        └──┘ "*n": n values more before the array is whole
 */
export class RespDecoder {
  private readonly limits: RespLimits;
  private readonly sink: RespSink;
  private readonly open: OpenArray[];
  private pending: string;
  private at: number;
  /** Type and length of the bulk whose bytes are awaited; −1 for none. */
  private bulkType: RespText['type'];
  private bulkLength: number;
  private valueBytes: number;
  private elements: number;
  private isStopped: boolean;

  constructor(sink: RespSink, limits: RespLimits = respLimits) {
    this.limits = limits;
    this.sink = sink;
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
    this.pending = this.pending === '' ? text : this.pending + text;
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
      this.pending = this.at === this.pending.length ? '' : this.pending.slice(this.at);
      this.at = 0;
    }
    return true;
  }

  private takeBulk(): 'taken' | 'short' | 'wrong' {
    const end = this.at + this.bulkLength;
    if (this.pending.length < end + 2) return 'short';
    if (this.pending.charCodeAt(end) !== 13 || this.pending.charCodeAt(end + 1) !== 10) return 'wrong';
    const text = this.pending.slice(this.at, end);
    if (this.bulkType === '=' && text.charAt(3) !== ':') return 'wrong';
    this.at = end + 2;
    this.bulkLength = -1;
    this.deliver({ type: this.bulkType, text });
    return 'taken';
  }

  private takeLine(): 'taken' | 'short' | 'wrong' {
    const { pending, at } = this;
    if (at >= pending.length) return 'short';
    const type = pending.charAt(at);
    const isTop = this.open.length === 0;
    if (isTop && type === '*' && this.takeCommand()) return 'taken';
    const form = forms.get(type);
    const isInline = form === undefined && isTop && inlineStart.test(type);
    if (form === undefined && !isInline) return 'wrong';
    const end = pending.indexOf('\r', at);
    if (end < 0) return this.mayBecomeLine(form ?? null) ? 'short' : 'wrong';
    const rest = isInline ? '' : pending.slice(at + 1, end);
    // Wrong is wrong before the line feed has come, so that it does not matter how bytes are cut.
    if (end - at > this.limits.lineBytes || form?.test(rest) === false) return 'wrong';
    if (end + 1 >= pending.length) return 'short';
    if (pending.charCodeAt(end + 1) !== 10) return 'wrong';
    this.at = end + 2;
    this.valueBytes += end - at;
    if (isInline) return this.takeInline(pending.slice(at, end));
    return this.takeValue(type, rest) ? 'taken' : 'wrong';
  }

  /** Commands mostly come as a whole. */
  private takeCommand(): boolean {
    const { sink, limits } = this;
    if (sink.onCommand === undefined) return false;
    const found = readCommand(this.pending, this.at, limits);
    if (found === null) return false;
    const start = this.at;
    this.at = found.end;
    const isAll = start === 0 && found.end === this.pending.length;
    sink.onCommand(found.words, isAll ? this.pending : this.pending.slice(start, found.end));
    return true;
  }

  /** Numbers are looked at before their line is whole: a peer that ends lines otherwise would wait for ever. */
  private mayBecomeLine(form: RegExp | null): boolean {
    if (this.pending.length - this.at > this.limits.lineBytes) return false;
    if (form !== length && form !== integer) return true;
    return /^[-\d]{0,20}$/.test(this.pending.slice(this.at + 1, this.at + 24));
  }

  private takeInline(line: string): 'taken' | 'wrong' {
    const words = splitInlineCommand(line);
    if (words === null) return 'wrong';
    this.deliver(respArray(words.map(respBulk)));
    return 'taken';
  }

  /** Answers whether that is a value, or the beginning of one; its form is known to be right. */
  private takeValue(type: string, rest: string): boolean {
    if (bulks.includes(type)) return this.openBulk(type as '$' | '!' | '=', Number(rest));
    if (arrays.includes(type)) return this.openArray(type as OpenArray['type'], Number(rest));
    if (type === '_') this.deliver(respNull);
    else this.deliver({ type: type as RespText['type'], text: type === ':' ? plainInteger(rest) : rest });
    return true;
  }

  private openBulk(type: '$' | '!' | '=', bytes: number): boolean {
    if (bytes < 0) {
      if (type === '$') this.deliver(respNull);
      return type === '$';
    }
    this.valueBytes += bytes;
    if (bytes > this.limits.bulkBytes || this.valueBytes > this.limits.valueBytes) return false;
    this.bulkType = type;
    this.bulkLength = bytes;
    return true;
  }

  private openArray(type: OpenArray['type'], length: number): boolean {
    if (length < 0) {
      if (type === '*') this.deliver(respNull);
      return type === '*';
    }
    const count = type === '%' || type === '|' ? length * 2 : length;
    if (count === 0) {
      if (type !== '|') this.deliver({ type, items: [] });
      else if (this.open.length === 0) this.beginValue();
      return true;
    }
    this.elements += count;
    if (this.elements > this.limits.elements || this.open.length >= this.limits.depth) return false;
    this.open.push({ type, items: [], left: count });
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
      if (top.type === '|') {
        if (this.open.length === 0) this.beginValue();
        return;
      }
      whole = { type: top.type, items: top.items };
    }
    this.beginValue();
    this.sink.onValue(whole);
  }

  private beginValue(): void {
    this.valueBytes = 0;
    this.elements = 0;
  }
}

/** `007` and `-0` are 7 and 0. */
function plainInteger(text: string): string {
  return /^-?0/.test(text) && text !== '0' ? text.replace(/^(-?)0+(?=\d)/, '$1').replace(/^-0$/, '0') : text;
}

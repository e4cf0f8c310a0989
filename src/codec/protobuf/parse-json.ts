import { type JsonMember, type JsonNode, jsonNull, mostLevels } from './json-node.js';

/** Why a text is no JSON, with the place in it, as Envoy's parser tells it. */
export interface JsonFault {
  readonly text: string;
}

/** Reads one JSON value with nothing but white space around it. */
export function parseJson(text: string): JsonNode | JsonFault {
  const parsing = new JsonParsing(text);
  const node = parsing.value(0);
  if (parsing.fault === null) {
    parsing.skipSpace();
    if (parsing.at < text.length) parsing.fail('Parsing terminated before end of input.');
  }
  return parsing.fault ?? node;
}

/** Characters that a fault shows on either side. */
const contextLength = 20;

const space = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const bareKey = /[A-Za-z_$][A-Za-z0-9_$]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class JsonParsing {
  private readonly text: string;
  at: number;
  /** Where the newest token begins. */
  private tokenAt: number;
  fault: JsonFault | null;

  constructor(text: string) {
    this.text = text;
    this.at = 0;
    this.tokenAt = 0;
    this.fault = null;
  }

  value(level: number): JsonNode {
    this.skipSpace();
    if (level > mostLevels) return this.fail('Message too deep. Max recursion depth reached for key');
    const first = this.text[this.at];
    switch (first) {
      case undefined:
        return this.fail('Expected a value.');
      case '{':
        return this.object(level);
      case '[':
        return this.array(level);
      case '"': {
        const text = this.quoted();
        return text === null ? jsonNull : { kind: 'string', text };
      }
      default:
        return this.word();
    }
  }

  skipSpace(): void {
    space.lastIndex = this.at;
    space.exec(this.text);
    this.at = space.lastIndex;
    if (this.at < this.text.length) this.tokenAt = this.at;
  }

  fail(text: string): JsonNode {
    if (this.fault !== null) return jsonNull;
    const isEnd = this.at >= this.text.length;
    const from = Math.max(isEnd ? this.tokenAt : 0, this.at - contextLength);
    const context = this.text.slice(from, this.at + contextLength);
    this.fault = {
      text: `${isEnd ? `Unexpected end of string. ${text}` : text}\n${context}\n${' '.repeat(this.at - from)}^`,
    };
    return jsonNull;
  }

  private word(): JsonNode {
    for (const word of ['true', 'false', 'null']) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return word === 'null' ? jsonNull : { kind: 'bool', value: word === 'true' };
    }
    number.lastIndex = this.at;
    const found = number.exec(this.text);
    if (found === null) return this.fail('Expected a value.');
    this.at = number.lastIndex;
    return { kind: 'number', text: found[0] };
  }

  private quoted(): string | null {
    string.lastIndex = this.at;
    const found = string.exec(this.text);
    if (found === null) {
      this.fail('Closing quote expected in string.');
      return null;
    }
    this.at = string.lastIndex;
    return JSON.parse(found[0]) as string;
  }

  private array(level: number): JsonNode {
    const items: JsonNode[] = [];
    this.at++;
    if (this.takes(']')) return { kind: 'array', items };
    while (this.fault === null) {
      items.push(this.value(level + 1));
      if (this.fault !== null || this.takes(']')) break;
      if (!this.takes(',')) this.fail('Expected , or ] after array value.');
    }
    return { kind: 'array', items };
  }

  private object(level: number): JsonNode {
    const members: JsonMember[] = [];
    this.at++;
    if (this.takes('}')) return { kind: 'object', members };
    while (this.fault === null) {
      this.skipSpace();
      const name = this.key();
      if (name === null) break;
      if (!this.takes(':')) return this.fail('Expected : between key:value pair.');
      members.push([name, this.value(level + 1)]);
      if (this.fault !== null || this.takes('}')) break;
      if (!this.takes(',')) this.fail('Expected , or } after key:value pair.');
    }
    return { kind: 'object', members };
  }

  /** Quoted, or bare like a variable of JavaScript. */
  private key(): string | null {
    if (this.text[this.at] === '"') return this.quoted();
    bareKey.lastIndex = this.at;
    const found = bareKey.exec(this.text);
    if (found === null) {
      this.fail('Expected an object key or }.');
      return null;
    }
    this.at = bareKey.lastIndex;
    return found[0];
  }

  private takes(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

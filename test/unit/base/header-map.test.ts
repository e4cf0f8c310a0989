import { deepEqual, equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HeaderClass, HeaderMap, RequestHeaders } from '../../../src/base/header-map.js';

const names = ['a', 'b', 'x-envoy-c', 'content-length', 'connection'];

type Step = readonly ['add' | 'set' | 'setKnown' | 'append' | 'remove', string, string];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('add', 'set', 'setKnown', 'append', 'remove'),
  fc.constantFrom(...names),
  fc.string({ maxLength: 3 }),
);

/** The same on a plain list of pairs. */
function apply(model: [string, string][], [kind, name, value]: Step): [string, string][] {
  const at = model.findIndex((pair) => pair[0] === name);
  if (kind === 'remove') return model.filter((pair) => pair[0] !== name);
  if (kind === 'add' || at < 0) return [...model, [name, value]];
  const text = kind === 'append' ? `${model[at]?.[1]},${value}` : value;
  return model
    .filter((pair, i) => kind === 'append' || pair[0] !== name || i === at)
    .map((pair) => (pair === model[at] ? [name, text] : pair));
}

describe('a header map', () => {
  test('behaves as a list of pairs does', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const headers = new HeaderMap();
        let model: [string, string][] = [];
        for (const one of steps) {
          const [kind, name, value] = one;
          if (kind === 'remove') headers.remove(name);
          else if (kind === 'setKnown') headers.setKnown(name, value, classesOf(name));
          else headers[kind](name, value);
          model = apply(model, one);
        }
        const pairs = headers.names.map((name, i) => [name, headers.values[i]]);
        deepEqual(pairs, model);
        for (const name of names) {
          equal(headers.get(name), model.find((pair) => pair[0] === name)?.[1]);
          deepEqual(
            headers.getAll(name),
            model.filter((pair) => pair[0] === name).map((pair) => pair[1]),
          );
        }
      }),
    );
  });

  test('remembers the classes of what was ever added', () => {
    const headers = new HeaderMap();
    headers.add('x-envoy-retry-on', '5xx');
    headers.add('connection', 'close');
    headers.remove('connection');
    equal(headers.classes & HeaderClass.envoy, HeaderClass.envoy);
    equal(headers.classes & HeaderClass.hopByHop, HeaderClass.hopByHop);
    equal(headers.classes & HeaderClass.expect, 0);
  });

  test('knows when a value may not stand on the wire', () => {
    const headers = new HeaderMap();
    headers.add('a', 'plain');
    equal(headers.hasSuspect, false);
    headers.append('a', 'split\r\nx: y');
    equal(headers.hasSuspect, true);
  });

  test('answers for pseudo-headers and host of a request', () => {
    const headers = new RequestHeaders();
    headers.method = 'GET';
    headers.authority = 'a.example';
    equal(headers.get(':method'), 'GET');
    equal(headers.get('host'), 'a.example');
    equal(headers.get(':path'), undefined);
    deepEqual(headers.getAll(':authority'), ['a.example']);
  });
});

function classesOf(name: string): number {
  if (name.startsWith('x-envoy-')) return HeaderClass.envoy;
  if (name === 'content-length') return HeaderClass.contentLength | HeaderClass.content;
  return name === 'connection' ? HeaderClass.hopByHop : 0;
}

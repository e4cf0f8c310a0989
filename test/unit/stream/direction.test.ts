import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Chunk } from '../../../src/api/codec.js';
import { DataStatus, HeadersStatus, type HttpFilter, TrailersStatus } from '../../../src/api/http-filter.js';
import { BufferPool } from '../../../src/base/buffer-pool.js';
import { HeaderMap, ResponseHeaders } from '../../../src/base/header-map.js';
import type { StreamOwner } from '../../../src/stream/direction.js';
import { ResponseDirection } from '../../../src/stream/response-direction.js';

/** What came out at the end, as a line per event; `.` marks the end of the stream. */
class Outlet implements StreamOwner {
  readonly events: string[] = [];
  readonly buffers = new BufferPool();
  isOver = false;
  pauses = 0;
  body = '';
  ends = 0;

  encodeHeaders(headers: ResponseHeaders, endStream: boolean): void {
    this.events.push(`head ${headers.status}${endStream ? '.' : ''}`);
    if (endStream) this.ends++;
  }

  encodeData(chunk: Chunk, endStream: boolean): void {
    const text = chunk.buffer.latin1Slice(chunk.start, chunk.end);
    this.body += text;
    this.events.push(`${text}${endStream ? '.' : ''}`);
    if (endStream) this.ends++;
  }

  encodeTrailers(trailers: HeaderMap): void {
    this.events.push(`trailers ${trailers.names.join(' ')}.`);
    this.ends++;
  }

  onRequestOverLimit(): void {
    this.events.push('request over limit');
  }

  onResponseOverLimit(): void {
    this.events.push('over limit');
    this.isOver = true;
  }

  pauseRequest(): void {
    this.pauses++;
  }

  resumeRequest(): void {
    this.pauses--;
  }

  pauseResponse(): void {
    this.pauses++;
  }

  resumeResponse(): void {
    this.pauses--;
  }

  onFilterError(error: unknown): void {
    this.events.push(`error ${String(error)}`);
    this.isOver = true;
  }
}

function chunk(text: string): Chunk {
  const buffer = Buffer.from(text);
  return { buffer, start: 0, end: buffer.length };
}

function through(filters: readonly HttpFilter[], limitBytes = 0) {
  const outlet = new Outlet();
  const direction = new ResponseDirection(outlet);
  const places = filters.map((filter) => direction.addPlace(filter, limitBytes));
  return { outlet, direction, places };
}

function trailersOf(...names: readonly string[]): HeaderMap {
  const trailers = new HeaderMap();
  for (const name of names) trailers.add(name, '1');
  return trailers;
}

/** Sends a head, then chunks (the last one ends unless there are trailers), then trailers. */
function send(direction: ResponseDirection, chunks: readonly string[], hasTrailers = false): void {
  const isHeadOnly = chunks.length === 0 && !hasTrailers;
  direction.sendHeaders(new ResponseHeaders(200), isHeadOnly);
  for (const [i, text] of chunks.entries())
    direction.sendData(chunk(text), i === chunks.length - 1 && !hasTrailers);
  if (hasTrailers) direction.sendTrailers(trailersOf('t'));
}

test('what every filter lets pass comes out as it came in', () => {
  const { outlet, direction } = through([{}, { onResponseHeaders: () => HeadersStatus.Continue }]);
  send(direction, ['a', 'b'], true);
  deepEqual(outlet.events, ['head 200', 'a', 'b', 'trailers t.']);
});

test('a head that ends the stream and is held comes out once, however often it is resumed', () => {
  const { outlet, direction, places } = through([{ onResponseHeaders: () => HeadersStatus.Stop }, {}]);
  send(direction, []);
  deepEqual(outlet.events, []);
  places[0]?.resume();
  places[0]?.resume();
  deepEqual(outlet.events, ['head 200.']);
});

test('a filter that stopped the head still sees data, and its Continue lets both go', () => {
  const seen: string[] = [];
  const { outlet, direction } = through([
    {
      onResponseHeaders: () => HeadersStatus.Stop,
      onResponseData: ({ buffer }, end) => {
        seen.push(buffer.toString());
        return end ? DataStatus.Continue : DataStatus.StopBuffer;
      },
    },
  ]);
  send(direction, ['a', 'b', 'c']);
  deepEqual(seen, ['a', 'b', 'c']);
  deepEqual(outlet.events, ['head 200', 'abc.']);
});

test('a filter that stopped all sees data and trailers only after it has resumed', () => {
  const seen: string[] = [];
  const { outlet, direction, places } = through([
    {
      onResponseHeaders: () => HeadersStatus.StopAllBuffer,
      onResponseData: ({ buffer }, end) => {
        seen.push(`${buffer.toString()} ${end}`);
        return DataStatus.Continue;
      },
      onResponseTrailers: () => {
        seen.push('trailers');
        return TrailersStatus.Continue;
      },
    },
  ]);
  send(direction, ['a', 'b'], true);
  deepEqual([seen, outlet.events], [[], []]);
  places[0]?.resume();
  deepEqual(seen, ['ab false', 'trailers']);
  deepEqual(outlet.events, ['head 200', 'ab', 'trailers t.']);
});

test('over the limit, StopBuffer fails and StopWatermark pauses until it is released', () => {
  const failing = through([{ onResponseData: () => DataStatus.StopBuffer }], 3);
  send(failing.direction, ['ab', 'cd', 'ef']);
  deepEqual(failing.outlet.events, ['head 200', 'over limit']);
  const pausing = through([{ onResponseData: () => DataStatus.StopWatermark }], 3);
  send(pausing.direction, ['ab', 'cd', 'ef']);
  equal(pausing.outlet.pauses, 1);
  pausing.places[0]?.resume();
  deepEqual(pausing.outlet.events, ['head 200', 'abcdef.']);
  equal(pausing.outlet.pauses, 0);
});

test('a stream that ends while it pauses its sender lets the sender go on', () => {
  const { outlet, direction, places } = through([{ onResponseData: () => DataStatus.StopWatermark }], 3);
  send(direction, ['abcd', 'ef']);
  places[0]?.pause();
  equal(outlet.pauses, 2);
  direction.clear();
  equal(outlet.pauses, 0);
  equal(outlet.buffers.lentBytes, 0);
});

test('ContinueOpen keeps the stream open for what the filter injects', () => {
  const { outlet, direction, places } = through([
    { onResponseHeaders: () => HeadersStatus.ContinueOpen },
    {},
  ]);
  send(direction, []);
  deepEqual(outlet.events, ['head 200']);
  places[0]?.inject(Buffer.from('late'), true);
  places[0]?.inject(Buffer.from('too late'), true);
  deepEqual(outlet.events, ['head 200', 'late.']);
});

test('an injection goes out behind the head that was held', () => {
  const { outlet, direction, places } = through([{ onResponseHeaders: () => HeadersStatus.Stop }]);
  send(direction, []);
  places[0]?.inject(Buffer.from('made'), true);
  deepEqual(outlet.events, ['head 200', 'made.']);
});

test('a resume before the head has come to the filter does nothing', () => {
  const { outlet, direction, places } = through([{ onResponseHeaders: () => HeadersStatus.Stop }, {}]);
  direction.sendHeaders(new ResponseHeaders(200), true);
  places[1]?.resume();
  deepEqual(outlet.events, []);
});

test('trailers that a filter adds at the end are shown to the filters behind it alone', () => {
  const seen: string[] = [];
  const adder: HttpFilter = {
    onResponseData: (_, end) => {
      if (end) places[0]?.addTrailers().add('added', '1');
      return DataStatus.Continue;
    },
    onResponseTrailers: () => {
      seen.push('adder');
      return TrailersStatus.Continue;
    },
  };
  const behind: HttpFilter = {
    onResponseTrailers: (trailers) => {
      seen.push(`behind ${trailers.names.join()}`);
      return TrailersStatus.Continue;
    },
  };
  const { outlet, direction, places } = through([adder, behind]);
  send(direction, ['a']);
  deepEqual(seen, ['behind added']);
  deepEqual(outlet.events, ['head 200', 'a', 'trailers added.']);
});

test('a body that replaces what was buffered is what comes out', () => {
  const { outlet, direction, places } = through([{ onResponseHeaders: () => HeadersStatus.Stop }]);
  send(direction, []);
  places[0]?.replaceBuffered(Buffer.from('instead'));
  places[0]?.resume();
  deepEqual(outlet.events, ['head 200', 'instead.']);
});

test('nothing goes on once a hook has ended the stream, thrown, or the direction was stopped', () => {
  const ending = through([{ onResponseHeaders: () => HeadersStatus.Continue }, {}]);
  ending.outlet.isOver = true;
  send(ending.direction, ['a']);
  deepEqual(ending.outlet.events, []);
  const throwing = through([
    {
      onResponseHeaders: () => {
        throw new Error('mine');
      },
    },
  ]);
  send(throwing.direction, ['a']);
  deepEqual(throwing.outlet.events, ['error Error: mine']);
  const stopped = through([{ onResponseHeaders: () => HeadersStatus.StopAllWatermark }]);
  send(stopped.direction, ['a']);
  stopped.direction.stop();
  stopped.places[0]?.resume();
  deepEqual(stopped.outlet.events, []);
});

test('a filter without hooks injects before those that come behind it', () => {
  const seen: string[] = [];
  const { outlet, direction } = through([
    {},
    {
      onResponseData: ({ buffer }) => {
        seen.push(buffer.toString());
        return DataStatus.Continue;
      },
    },
  ]);
  const view = direction.viewBefore(1, {}, 0);
  direction.sendHeaders(new ResponseHeaders(200), false);
  view.inject(Buffer.from('x'), true);
  deepEqual(seen, ['x']);
  deepEqual(outlet.events, ['head 200', 'x.']);
});

/** Answers of a filter's hooks, drawn; what it holds is released by later resumes. */
interface Answers {
  readonly headers: HeadersStatus;
  readonly data: readonly DataStatus[];
  readonly trailers: TrailersStatus;
}

const answers: fc.Arbitrary<Answers> = fc.record({
  headers: fc.constantFrom(0, 2, 3, 4) as fc.Arbitrary<HeadersStatus>,
  data: fc.array(fc.constantFrom(0, 1, 2) as fc.Arbitrary<DataStatus>, { minLength: 1, maxLength: 4 }),
  trailers: fc.constantFrom(0, 1) as fc.Arbitrary<TrailersStatus>,
});

function drawnFilter({ headers, data, trailers }: Answers): HttpFilter {
  let i = 0;
  return {
    onResponseHeaders: () => headers,
    onResponseData: () => data[i++ % data.length] ?? DataStatus.Continue,
    onResponseTrailers: () => trailers,
  };
}

test('whatever filters answer and whenever they resume, bytes come out once, in order, with one end', () => {
  const property = fc.property(
    fc.array(answers, { minLength: 1, maxLength: 4 }),
    fc.array(fc.string({ minLength: 0, maxLength: 5, unit: 'binary-ascii' }), { maxLength: 5 }),
    fc.boolean(),
    fc.array(fc.nat(3), { maxLength: 12 }),
    fc.integer({ min: 0, max: 6 }),
    (drawn, chunks, hasTrailers, resumes, limit) => {
      const { outlet, direction, places } = through(drawn.map(drawnFilter));
      for (const place of places) place.limitBytes = drawn.every(watermarksOnly) ? limit : 0;
      const steps = [...resumes];
      const someResume = (): void => places[steps.pop() ?? -1]?.resume();
      const isHeadOnly = chunks.length === 0 && !hasTrailers;
      direction.sendHeaders(new ResponseHeaders(200), isHeadOnly);
      someResume();
      for (const [i, text] of chunks.entries()) {
        direction.sendData(chunk(text), i === chunks.length - 1 && !hasTrailers);
        someResume();
      }
      if (hasTrailers) direction.sendTrailers(trailersOf('t'));
      while (steps.length > 0) someResume();
      // A filter that answers Stop again when it sees what it kept needs another resume.
      for (let round = 0; round < 8; round++) for (const place of places) place.resume();
      equal(outlet.events[0]?.startsWith('head'), true);
      equal(outlet.events.filter((event) => event.startsWith('head')).length, 1);
      equal(outlet.body, chunks.join(''));
      equal(outlet.ends, 1);
      equal(outlet.pauses, 0);
      equal(outlet.events.at(-1)?.startsWith('trailers') === true, hasTrailers);
      equal(outlet.buffers.lentBytes, 0);
    },
  );
  fc.assert(property, { numRuns: 3000, seed: 20 });
});

function watermarksOnly({ headers, data }: Answers): boolean {
  return headers !== HeadersStatus.StopAllBuffer && !data.includes(DataStatus.StopBuffer);
}

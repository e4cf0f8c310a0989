import type { Chunk } from '../../src/api/codec.js';
import type {
  Flow,
  HttpFilter,
  HttpFilterContext,
  HttpFilterFactory,
  LocalReplyOptions,
  StreamControl,
} from '../../src/api/http-filter.js';
import type { RouteMatch } from '../../src/api/route.js';
import { HeaderMap, type RequestHeaders, ResponseHeaders } from '../../src/base/header-map.js';
import type { Plain } from '../../src/base/plain.js';
import { Timer, type TimerWheel } from '../../src/base/timer-wheel.js';
import { logScope } from './log-scope.js';
import { streamInfo } from './stream-info.js';

/** A local reply that a filter asked for, with the head that its options make. */
export interface AskedReply {
  readonly status: number;
  readonly body: string;
  readonly options: LocalReplyOptions;
  readonly headers: ResponseHeaders;
}

/** One direction that writes down what a filter asks of it. */
export class TestFlow<H extends HeaderMap> implements Flow<H> {
  headers: H | null = null;
  trailers: HeaderMap | null = null;
  isEnded = false;
  limitBytes = 1000;
  kept: Buffer | null = null;
  resumes = 0;
  pauses = 0;
  readonly injected: string[] = [];

  buffered(): Buffer | null {
    return this.kept;
  }

  replaceBuffered(bytes: Uint8Array): void {
    this.kept = Buffer.from(bytes);
  }

  resume(): void {
    this.resumes++;
  }

  inject(bytes: Uint8Array, endStream: boolean): void {
    this.injected.push(Buffer.from(bytes).toString());
    this.isEnded ||= endStream;
  }

  addTrailers(): HeaderMap {
    this.trailers ??= new HeaderMap();
    return this.trailers;
  }

  pause(): void {
    this.pauses++;
  }

  unpause(): void {
    this.pauses--;
  }
}

/** A chunk of text, as hooks get it. */
export function chunkOf(text: string): Chunk {
  const buffer = Buffer.from(text);
  return { buffer, start: 0, end: buffer.length };
}

/** One thread in which a built filter meets streams that do nothing but answer it. */
export function filterThread(
  values: { readonly [key: string]: string | number } = {},
  parts: Partial<HttpFilterContext> = {},
) {
  const { scope, time, stats } = logScope(values);
  const shared = new Map<string, BigInt64Array>();
  const words = (name: string): BigInt64Array => {
    const found = shared.get(name) ?? new BigInt64Array(new SharedArrayBuffer(56));
    shared.set(name, found);
    return found;
  };
  const context = Object.assign(Object.create(scope) as HttpFilterContext, {
    statPrefix: 'http.test',
    shared: { words, nowMs: () => time.clock.now() },
    ...parts,
  });
  const build = <C extends Plain>(factory: HttpFilterFactory<C>, config: C) => {
    const make = factory.build(config, context);
    return (
      routeConfigs: readonly Plain[] = [],
      connection = streamInfo().connection,
      route: RouteMatch | null = null,
    ) => startStream(make, routeConfigs, connection, route, context.timers);
  };
  return { build, time, stats };
}

type Maker = ReturnType<HttpFilterFactory['build']>;

function startStream(
  make: Maker,
  routeConfigs: readonly Plain[],
  connection: ReturnType<typeof streamInfo>['connection'],
  route: RouteMatch | null,
  timers: TimerWheel,
) {
  const replies: AskedReply[] = [];
  const answers: ResponseHeaders[] = [];
  const request = new TestFlow<RequestHeaders>();
  const response = new TestFlow<ResponseHeaders>();
  const info = streamInfo({ connection });
  const parts: Partial<StreamControl> = {
    info,
    request,
    response,
    route: () => route,
    refreshRoute: () => undefined,
    timer: (fire) => new Timer(fire),
    post: (task) => timers.schedule(new Timer(task), 0),
    respond: {
      encode1xx: () => {},
      encodeHeaders: (headers) => void answers.push(headers),
      encodeData: () => {},
      encodeTrailers: () => {},
    },
    routeConfigs: () => routeConfigs,
    routeConfig: () => routeConfigs.at(-1) ?? null,
    localReply: (status, body, options) => {
      const headers = new ResponseHeaders(status);
      options.modify?.(headers);
      replies.push({ status, body, options, headers });
    },
  };
  const filter: HttpFilter = make(parts as StreamControl);
  return { filter, replies, answers, info, request, response };
}

/** The fields of a map as `name: value`, in order. */
export function fieldsOf(headers: RequestHeaders | ResponseHeaders): readonly string[] {
  return headers.names.map((name, i) => `${name}: ${headers.values[i]}`);
}

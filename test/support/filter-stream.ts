import type {
  HttpFilter,
  HttpFilterContext,
  HttpFilterFactory,
  LocalReplyOptions,
  StreamControl,
} from '../../src/api/http-filter.js';
import { type RequestHeaders, ResponseHeaders } from '../../src/base/header-map.js';
import type { Plain } from '../../src/base/plain.js';
import { logScope } from './log-scope.js';
import { streamInfo } from './stream-info.js';

/** A local reply that a filter asked for, with the head that its options make. */
export interface AskedReply {
  readonly status: number;
  readonly body: string;
  readonly options: LocalReplyOptions;
  readonly headers: ResponseHeaders;
}

/** One thread in which a built filter meets streams that do nothing but answer it. */
export function filterThread(values: { readonly [key: string]: string | number } = {}) {
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
  });
  const build = <C extends Plain>(factory: HttpFilterFactory<C>, config: C) => {
    const make = factory.build(config, context);
    return (routeConfigs: readonly Plain[] = [], connection = streamInfo().connection) =>
      startStream(make, routeConfigs, connection);
  };
  return { build, time, stats };
}

type Maker = ReturnType<HttpFilterFactory['build']>;

function startStream(
  make: Maker,
  routeConfigs: readonly Plain[],
  connection: ReturnType<typeof streamInfo>['connection'],
) {
  const replies: AskedReply[] = [];
  const request = { headers: null as RequestHeaders | null };
  const parts: Partial<StreamControl> = {
    info: streamInfo({ connection }),
    request: request as StreamControl['request'],
    routeConfigs: () => routeConfigs,
    routeConfig: () => routeConfigs.at(-1) ?? null,
    localReply: (status, body, options) => {
      const headers = new ResponseHeaders(status);
      options.modify?.(headers);
      replies.push({ status, body, options, headers });
    },
  };
  const filter: HttpFilter = make(parts as StreamControl);
  return { filter, replies };
}

/** The fields of a map as `name: value`, in order. */
export function fieldsOf(headers: RequestHeaders | ResponseHeaders): readonly string[] {
  return headers.names.map((name, i) => `${name}: ${headers.values[i]}`);
}

import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterContext,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, type Counter, statBlock } from '../../../../api/stats.js';
import type { Address } from '../../../../api/stream-info.js';
import type { CidrRange } from '../../../../base/cidr.js';
import type { RequestHeaders } from '../../../../base/header-map.js';
import { addressWords, buildIpRange } from '../../../../match/ip-range.js';
import { type IpTaggingConfig, parseIpTagging } from './config.js';

/** `http.<p>.ip_tagging.`; each tag has a counter besides. */
const I = statBlock({ counters: ['no_hit', 'total'] });

/** Tells what ranges the client's address is in. */
export const ipTaggingFilter: HttpFilterFactory<IpTaggingConfig, IpTaggingConfig> = {
  name: 'envoy.filters.http.ip_tagging',
  typeUrl: 'envoy.extensions.filters.http.ip_tagging.v3.IPTagging',
  parse: parseIpTagging,
  build(config, scope) {
    const tagger = new Tagger(config, scope);
    return (stream) => new IpTaggingFilter(config, tagger, stream);
  },
};

interface Tag {
  readonly name: string;
  readonly ranges: readonly CidrRange[];
  readonly hits: Counter;
}

/** The tags of one configuration in one thread. */
class Tagger {
  private readonly tags: readonly Tag[];
  private readonly stats: BoundStats;

  constructor(config: IpTaggingConfig, scope: HttpFilterContext) {
    const prefix = `${scope.statPrefix}.ip_tagging`;
    this.stats = scope.stats.bind(prefix, I);
    this.tags = config.tags.map(({ name, ranges }) => ({
      name,
      ranges: ranges.map(buildIpRange),
      hits: scope.stats.counter(`${prefix}.${name}.hit`),
    }));
  }

  /** Names of the tags of an address with commas between them, counted; empty for none. */
  tagsOf(address: Address): string {
    const words = addressWords(address);
    let names = '';
    for (const { name, ranges, hits } of this.tags) {
      if (words === null || !ranges.some((range) => range.contains(words))) continue;
      hits.inc();
      names = names === '' ? name : `${names},${name}`;
    }
    if (names === '') this.stats.inc(I.no_hit);
    this.stats.inc(I.total);
    return names;
  }
}

class IpTaggingFilter implements HttpFilter {
  private readonly config: IpTaggingConfig;
  private readonly tagger: Tagger;
  private readonly stream: StreamControl;

  constructor(config: IpTaggingConfig, tagger: Tagger, stream: StreamControl) {
    this.config = config;
    this.tagger = tagger;
    this.stream = stream;
  }

  onRequestHeaders(headers: RequestHeaders): HeadersStatus {
    const { requestType, header, keepsHeader } = this.config;
    const isInternal = headers.get('x-envoy-internal') === 'true';
    if (requestType !== 'BOTH' && isInternal !== (requestType === 'INTERNAL')) return HeadersStatus.Continue;
    const tags = this.tagger.tagsOf(this.stream.info.remoteAddress);
    const changes = tags !== '' || (!keepsHeader && headers.has(header));
    if (!changes) return HeadersStatus.Continue;
    if (!keepsHeader) headers.remove(header);
    if (tags !== '') headers.append(header, tags);
    // Routes may match by tags.
    this.stream.refreshRoute();
    return HeadersStatus.Continue;
  }
}

import {
  HeadersStatus,
  type HttpFilter,
  type HttpFilterFactory,
  type StreamControl,
} from '../../../../api/http-filter.js';
import { type BoundStats, statBlock } from '../../../../api/stats.js';
import { mergeDeep } from '../../../../stream/dynamic-metadata.js';
import { type MetadataEntryConfig, parseSetMetadata, type SetMetadataConfig } from './config.js';

/** `http.<stat_prefix>.set_metadata.` */
const S = statBlock({ counters: ['overwrite_denied'] });

/** Puts fixed structures into the dynamic metadata of every request. */
export const setMetadataFilter: HttpFilterFactory<SetMetadataConfig> = {
  name: 'envoy.filters.http.set_metadata',
  typeUrl: 'envoy.extensions.filters.http.set_metadata.v3.Config',
  parse: parseSetMetadata,
  build({ entries }, scope) {
    const stats = scope.stats.bind(`${scope.statPrefix}.set_metadata`, S);
    return (stream) => new SetMetadataFilter(stream, entries, stats);
  },
};

class SetMetadataFilter implements HttpFilter {
  private readonly stream: StreamControl;
  private readonly entries: readonly MetadataEntryConfig[];
  private readonly stats: BoundStats;

  constructor(stream: StreamControl, entries: readonly MetadataEntryConfig[], stats: BoundStats) {
    this.stream = stream;
    this.entries = entries;
    this.stats = stats;
  }

  onRequestHeaders(): HeadersStatus {
    const { info } = this.stream;
    info.dynamicMetadata ??= new Map();
    for (const { namespace, mayOverwrite, value } of this.entries) {
      const old = info.dynamicMetadata.get(namespace);
      if (old === undefined) info.dynamicMetadata.set(namespace, value);
      else if (mayOverwrite) info.dynamicMetadata.set(namespace, mergeDeep(old, value));
      else this.stats.inc(S.overwrite_denied);
    }
    return HeadersStatus.Continue;
  }
}

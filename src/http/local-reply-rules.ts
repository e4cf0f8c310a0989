import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import type { ResponseHeaders } from '../base/header-map.js';
import {
  compileSubstitutionFormat,
  contentTypeOf,
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
} from '../format/substitution-format.js';
import type { Format } from '../format/text-format.js';
import type { HeaderAdditionConfig } from '../route/config-types.js';
import { HeaderRules, parseHeaderAdditions } from '../route/header-mutations.js';
import { buildLogFilter, type FilterServices } from '../stream/access-log/build-filter.js';
import type { LogFilterConfig } from '../stream/access-log/filter-config.js';
import { parseLogFilter } from '../stream/access-log/parse-filter.js';

type MapperConfig = {
  readonly filter: LogFilterConfig;
  /** 0: as it is. */
  readonly status: number;
  readonly body: string | null;
  readonly format: SubstitutionFormatConfig | null;
  readonly headers: readonly HeaderAdditionConfig[];
};

/** `LocalReplyConfig`: how answers of the proxy look. */
export type LocalReplyConfig = {
  readonly mappers: readonly MapperConfig[];
  readonly format: SubstitutionFormatConfig | null;
};

export function parseLocalReplies(node: ConfigNode | undefined): LocalReplyConfig | null {
  if (node === undefined) return null;
  return { mappers: node.list('mappers').flatMap(parseMapper), format: parseFormat(node, 'body_format') };
}

function parseMapper(node: ConfigNode): MapperConfig[] {
  const filterNode = node.message('filter');
  const filter = filterNode === undefined ? null : parseLogFilter(filterNode);
  const mapper = {
    status: node.number('status_code', 0),
    body: node.dataSource('body') ?? null,
    format: parseFormat(node, 'body_format_override'),
    headers: parseHeaderAdditions(node, 'headers_to_add'),
  };
  return filter === null ? [] : [{ filter, ...mapper }];
}

function parseFormat(node: ConfigNode, field: string): SubstitutionFormatConfig | null {
  const format = node.message(field);
  return format === undefined ? null : parseSubstitutionFormat(format);
}

/** A local reply on its way through the rules. */
export interface ReplyDraft {
  status: number;
  body: string;
  contentType: string;
}

interface BodyFormat {
  readonly render: Format;
  readonly contentType: string;
}

interface Mapper {
  readonly passes: (context: LogContext) => boolean;
  readonly status: number;
  readonly body: string | null;
  readonly format: BodyFormat | null;
  readonly headers: HeaderRules;
}

/** The rules, ready to run: the first mapper whose filter passes, then the format. */
export class LocalReplyRules {
  private readonly mappers: readonly Mapper[];
  private readonly format: BodyFormat | null;

  constructor(config: LocalReplyConfig, services: FilterServices) {
    this.mappers = config.mappers.map((mapper) => ({
      passes: buildLogFilter(mapper.filter, services).passes,
      status: mapper.status,
      body: mapper.body,
      format: buildFormat(mapper.format),
      headers: new HeaderRules({ remove: [], add: mapper.headers }),
    }));
    this.format = buildFormat(config.format);
  }

  /** Changes the draft, and adds the mapper's headers; `context.info` is told of the status that filters compare. */
  rewrite(draft: ReplyDraft, headers: ResponseHeaders, context: LogContext): void {
    const { info } = context;
    info.responseCode = draft.status;
    const mapper = this.mappers.find(({ passes }) => passes(context));
    if (mapper !== undefined) {
      if (mapper.body !== null) draft.body = mapper.body;
      mapper.headers.apply(headers, context);
      if (mapper.status !== 0) draft.status = mapper.status;
      headers.status = draft.status;
      info.responseCode = draft.status;
    }
    const format = mapper?.format ?? this.format;
    if (format === null) return;
    info.localReplyBody = draft.body;
    draft.body = Buffer.from(format.render(context), 'latin1').toString();
    draft.contentType = format.contentType;
  }
}

function buildFormat(config: SubstitutionFormatConfig | null): BodyFormat | null {
  if (config === null) return null;
  return { render: compileSubstitutionFormat(config), contentType: contentTypeOf(config) };
}

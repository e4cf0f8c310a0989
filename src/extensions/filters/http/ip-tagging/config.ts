import type { ConfigNode } from '../../../../api/config-node.js';
import { type IpRangeConfig, parseIpRange } from '../../../../match/ip-range.js';

/** `envoy.extensions.filters.http.ip_tagging.v3.IPTagging`. */
export type IpTaggingConfig = {
  readonly requestType: 'BOTH' | 'INTERNAL' | 'EXTERNAL';
  readonly tags: readonly { readonly name: string; readonly ranges: readonly IpRangeConfig[] }[];
  readonly header: string;
  /** What the request came with under the header's name is kept. */
  readonly keepsHeader: boolean;
};

export function parseIpTagging(node: ConfigNode): IpTaggingConfig {
  const type = node.enum('request_type', 'BOTH');
  const header = node.message('ip_tag_header');
  node.unsupported('ip_tags_datasource', 'tags inline alone');
  const tags = node.list('ip_tags').map((tag) => ({
    name: tag.string('ip_tag_name'),
    ranges: tag.list('ip_list').map(parseIpRange),
  }));
  if (tags.length > 0 && node.has('ip_tags_datasource'))
    node.error('Only one of ip_tags or ip_tags_datasource can be configured.', 'ip_tags_datasource');
  if (tags.length === 0 && !node.has('ip_tags_datasource'))
    node.error('HTTP IP Tagging Filter requires either ip_tags or ip_tags_datasource to be specified.');
  return {
    requestType: type === 'INTERNAL' || type === 'EXTERNAL' ? type : 'BOTH',
    tags,
    header: header?.string('header').toLowerCase() ?? defaultHeader,
    keepsHeader: header === undefined || header.enum('action') === 'APPEND_IF_EXISTS_OR_ADD',
  };
}

const defaultHeader = 'x-envoy-ip-tags';

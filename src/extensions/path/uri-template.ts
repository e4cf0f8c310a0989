import type { Extension } from '../../api/extension.js';
import {
  parseUriTemplateMatch,
  parseUriTemplateRewrite,
  type UriRewriteConfig,
  type UriTemplateConfig,
} from '../../route/uri-template.js';

/** Matches paths by a URI template with variables. */
export const uriTemplateMatcher: Extension<UriTemplateConfig> = {
  name: 'envoy.path.match.uri_template.uri_template_matcher',
  typeUrl: 'envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
  parse: parseUriTemplateMatch,
};

/** Makes a new path of the variables of a template that matched. */
export const uriTemplateRewriter: Extension<UriRewriteConfig> = {
  name: 'envoy.path.rewrite.uri_template.uri_template_rewriter',
  typeUrl: 'envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig',
  parse: parseUriTemplateRewrite,
};

import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import type { RequestHeaders } from '../base/header-map.js';
import { compileFormat, formatProblem } from '../format/text-format.js';
import type { PathMatchConfig, PathRewriteConfig } from './config-types.js';
import { pathEnd } from './path-text.js';
import { buildRegexRewrite, parseRegexRewrite } from './regex-rewrite.js';
import { isUriRewrite, substitutionOf } from './uri-template.js';

const tooMany = 'Specify only one of prefix_rewrite, regex_rewrite or path_rewrite_policy';

/** Reads the rewrite fields of a route action. */
export function parsePathRewrite(node: ConfigNode): PathRewriteConfig | null {
  const policy = node.extension('path.rewriter', 'path_rewrite_policy');
  const fields = ['prefix_rewrite', 'regex_rewrite', 'path_rewrite', 'path_rewrite_policy'];
  const given = fields.filter(
    (field) => node.has(field) && (field === 'regex_rewrite' || isFilled(node, field)),
  );
  if (given.length > 1) node.error(tooMany, given[1]);
  if (policy !== undefined && isUriRewrite(policy.config)) return { kind: 'template', ...policy.config };
  const simple = parsePrefixOrRegex(node);
  const format = node.string('path_rewrite');
  if (simple !== null || format === '') return simple;
  const problem = formatProblem(format);
  if (problem !== undefined) node.error(problem, 'path_rewrite');
  return problem === undefined ? { kind: 'format', format } : null;
}

function isFilled(node: ConfigNode, field: string): boolean {
  return field === 'path_rewrite_policy' || node.string(field) !== '';
}

/** Reads `prefix_rewrite` or `regex_rewrite`, which redirects have as well. */
export function parsePrefixOrRegex(node: ConfigNode): PathRewriteConfig | null {
  const prefix = node.string('prefix_rewrite');
  const regex = node.message('regex_rewrite');
  if (prefix !== '') return { kind: 'prefix', value: prefix };
  return regex === undefined ? null : { kind: 'regex', ...parseRegexRewrite(regex) };
}

/** The path of a request after the rewrite, query included; the old one when nothing is to be rewritten. */
export type PathRewrite = (path: string, context: LogContext) => string;

/** `match` says which part a prefix rewrite replaces. */
export function buildPathRewrite(config: PathRewriteConfig, match: PathMatchConfig): PathRewrite {
  switch (config.kind) {
    case 'prefix': {
      const { value } = config;
      if (match.kind === 'prefix' || match.kind === 'path-separated') {
        const { length } = match.value;
        return (path) => value + path.slice(length);
      }
      return (path) => value + path.slice(pathEnd(path));
    }
    case 'regex': {
      const rewrite = buildRegexRewrite(config);
      return (path) => replacePath(path, rewrite(path.slice(0, pathEnd(path))));
    }
    case 'template': {
      const template = { pattern: match.value, variables: match.variables ?? [] };
      const substitution = substitutionOf(config, template) ?? '';
      const rewrite = buildRegexRewrite({ pattern: `^${match.value}$`, substitution });
      return (path) => replacePath(path, rewrite(path.slice(0, pathEnd(path))));
    }
    case 'format': {
      const render = compileFormat(config.format, { omitEmptyValues: true });
      return (path, context) => replacePath(path, render(context));
    }
  }
}

function replacePath(path: string, rewritten: string): string {
  return rewritten === '' ? path : rewritten + path.slice(pathEnd(path));
}

/** Puts a rewritten path in place and records the old one. */
export function setPath(headers: RequestHeaders, path: string): void {
  headers.set('x-envoy-original-path', headers.path);
  headers.path = path;
}

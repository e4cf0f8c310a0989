import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { isPlainObject } from '../base/plain-path.js';

/** A URI template as it matches: the whole path, by an expression with a group for each variable. */
export type UriTemplateConfig = {
  readonly pattern: string;
  readonly variables: readonly string[];
};

/** A template of a new path: text and names of variables, in order. */
export type UriRewriteConfig = {
  readonly parts: readonly { readonly kind: 'text' | 'variable'; readonly value: string }[];
};

export function isUriTemplate(config: Plain): config is UriTemplateConfig {
  return isPlainObject(config) && 'pattern' in config;
}

export function isUriRewrite(config: Plain): config is UriRewriteConfig {
  return isPlainObject(config) && 'parts' in config;
}

const maxVariables = 5;
const maxNameLength = 16;
/** What a segment may be made of: unreserved, percent-encoded, and other characters that have no meaning here. */
const segment = "[a-zA-Z0-9\\-._~%!$&'()*+,;:@=]";
const operators: { readonly [operator: string]: string } = {
  '*': `${segment}+`,
  '**': `(?:/|${segment})*`,
};

/** Reads `UriTemplateMatchConfig`. */
export function parseUriTemplateMatch(node: ConfigNode): UriTemplateConfig {
  const text = node.string('path_template');
  const template = new TemplateReader().read(text);
  if (template === null) node.error(`path_match_policy.path_template ${text} is invalid`, 'path_template');
  return template ?? { pattern: '', variables: [] };
}

/** Reads `UriTemplateRewriteConfig`. */
export function parseUriTemplateRewrite(node: ConfigNode): UriRewriteConfig {
  const text = node.string('path_template_rewrite');
  const parts = rewriteParts(text);
  if (parts === null) {
    node.error(`path_rewrite_policy.path_template ${text} is invalid`, 'path_template_rewrite');
  }
  return { parts: parts ?? [] };
}

/** The rewrite as a substitution of the groups of a match; null when it names a variable that the match has not. */
export function substitutionOf(rewrite: UriRewriteConfig, match: UriTemplateConfig): string | null {
  let substitution = '';
  for (const { kind, value } of rewrite.parts) {
    const group = match.variables.indexOf(value) + 1;
    if (kind === 'variable' && group === 0) return null;
    substitution += kind === 'variable' ? `\\${group}` : value.replaceAll('\\', '\\\\');
  }
  return substitution;
}

function rewriteParts(text: string): UriRewriteConfig['parts'] | null {
  if (!text.startsWith('/') || text.includes('//')) return null;
  const parts: { kind: 'text' | 'variable'; value: string }[] = [];
  for (const piece of text.split(/(\{[^{}]*\})/)) {
    const isVariable = piece.startsWith('{');
    const value = isVariable ? piece.slice(1, -1) : piece;
    if (isVariable && !isName(value)) return null;
    if (!isVariable && /[{}*]/.test(value)) return null;
    if (value !== '') parts.push({ kind: isVariable ? 'variable' : 'text', value });
  }
  return parts;
}

function isName(name: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9_]*$/.test(name) && name.length <= maxNameLength;
}

/** Reads one template; answers null for one that is none. */
class TemplateReader {
  private readonly variables: string[];
  private hasRest: boolean;

  constructor() {
    this.variables = [];
    /** `**` takes the rest of the path: no other operator may follow it. */
    this.hasRest = false;
  }

  read(text: string): UriTemplateConfig | null {
    if (!text.startsWith('/') || text.includes('//')) return null;
    let pattern = '';
    for (const piece of text.split(/(\{[^{}]*\})/)) {
      const part = piece.startsWith('{') ? this.variable(piece.slice(1, -1)) : this.plain(piece);
      if (part === null) return null;
      pattern += part;
    }
    return this.variables.length > maxVariables ? null : { pattern, variables: this.variables };
  }

  private variable(text: string): string | null {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (!isName(name) || this.variables.includes(name)) return null;
    this.variables.push(name);
    const inner = equals < 0 ? '*' : text.slice(equals + 1);
    const pattern = inner === '' ? null : this.plain(inner);
    return pattern === null ? null : `(${pattern})`;
  }

  /** Literals and operators. */
  private plain(text: string): string | null {
    let pattern = '';
    for (const piece of text.split(/(\*+)/)) {
      if (piece === '') continue;
      if (piece.startsWith('*')) {
        const operator = operators[piece];
        if (operator === undefined || this.hasRest) return null;
        this.hasRest = piece === '**';
        pattern += operator;
      } else if (/^[a-zA-Z0-9\-._~%!$&'()+,;:@=/]*$/.test(piece)) {
        pattern += piece.replace(/[.$()+]/g, '\\$&');
      } else return null;
    }
    return pattern;
  }
}

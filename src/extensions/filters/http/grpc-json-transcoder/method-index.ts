import type {
  FieldSchema,
  HttpRule,
  MessageSchema,
  MethodSchema,
  Schema,
} from '../../../../codec/protobuf/schema.js';
import type { TranscoderConfig } from './config.js';
import {
  type Binding,
  compareTemplates,
  matchTemplate,
  type PathTemplate,
  parseTemplate,
  type UnescapeSpec,
  unescapeValue,
} from './path-template.js';

/** A text for a field of the request. */
export interface BoundValue {
  readonly path: readonly FieldSchema[];
  readonly text: string;
}

/** A method that a request is for. */
export interface FoundMethod {
  readonly method: MethodSchema;
  readonly rule: HttpRule;
  readonly values: readonly BoundValue[];
  /** Parameters that name no field, where they are kept. */
  readonly unknown: readonly (readonly [name: string, value: string])[];
}

/** Why there is none: nothing matches, or a parameter of the query is no field. */
export interface NoMethod {
  readonly problem: 'unknown-method' | 'unknown-parameter';
  readonly text: string;
}

interface Entry {
  readonly method: MethodSchema;
  readonly rule: HttpRule;
  readonly template: PathTemplate;
}

/** Finds the gRPC method of an HTTP request: literals before wildcards. */
export class MethodIndex {
  private readonly config: TranscoderConfig;
  private readonly entries: Map<string, Entry[]>;
  private readonly verbs: Set<string>;

  constructor(config: TranscoderConfig, schema: Schema) {
    this.config = config;
    this.entries = new Map();
    this.verbs = new Set();
    for (const service of config.services) {
      for (const method of schema.services.get(service) ?? []) this.register(method);
    }
    for (const list of this.entries.values()) list.sort((a, b) => compareTemplates(a.template, b.template));
  }

  find(httpMethod: string, target: string): FoundMethod | NoMethod {
    const queryAt = target.indexOf('?');
    const path = queryAt < 0 ? target : target.slice(0, queryAt);
    const { segments, verb } = this.split(path);
    for (const kind of [httpMethod, '*']) {
      for (const { method, rule, template } of this.entries.get(kind) ?? []) {
        const bindings = template.verb === verb ? matchTemplate(template, segments) : null;
        if (bindings === null) continue;
        return this.bind(method, rule, bindings, queryAt < 0 ? '' : target.slice(queryAt + 1));
      }
    }
    return { problem: 'unknown-method', text: `Could not resolve ${target} to a method.` };
  }

  private register(method: MethodSchema): void {
    const own: HttpRule = { method: 'POST', path: method.path, body: '*', responseBody: '' };
    for (const rule of this.config.autoMapping && method.rules.length === 0 ? [own] : method.rules) {
      const template = parseTemplate(rule.path);
      if (template === null) continue;
      if (template.verb !== '') this.verbs.add(template.verb);
      const list = this.entries.get(rule.method);
      const entry = { method, rule, template };
      if (list === undefined) this.entries.set(rule.method, [entry]);
      else list.push(entry);
    }
  }

  private split(path: string): { readonly segments: string[]; readonly verb: string } {
    const colon = path.lastIndexOf(':');
    const last = colon > path.lastIndexOf('/') ? path.slice(colon + 1) : '';
    const { takesAnyVerb } = this.config;
    const verb = takesAnyVerb || this.verbs.has(last) ? last : '';
    const isCut = verb !== '' || (takesAnyVerb && path.endsWith(':'));
    const segments = (isCut ? path.slice(0, colon) : path).slice(1).split('/');
    while (segments.at(-1) === '') segments.pop();
    return { segments, verb };
  }

  private bind(
    method: MethodSchema,
    rule: HttpRule,
    bindings: readonly Binding[],
    query: string,
  ): FoundMethod | NoMethod {
    const values: BoundValue[] = [];
    const unknown: [string, string][] = [];
    const { capturesUnknown } = this.config;
    const { unescape: spec, plusIsSpace, ignoredParameters, ignoresUnknownParameters } = this.config;
    for (const { path, segments, isMany } of bindings) {
      const fields = fieldsOf(method.input, path);
      if (typeof fields === 'string') return { problem: 'unknown-parameter', text: fields };
      values.push({
        path: fields,
        text: unescapeValue(segments.join('/'), isMany, spec as UnescapeSpec),
      });
    }
    for (const parameter of query === '' ? [] : query.split('&')) {
      const equals = parameter.indexOf('=');
      const name = equals < 0 ? parameter : parameter.slice(0, equals);
      if (name === '' || ignoredParameters.includes(name)) continue;
      const raw = equals < 0 ? '' : parameter.slice(equals + 1);
      const fields = fieldsOf(method.input, name.split('.'));
      const text = unescapeValue(plusIsSpace ? raw.replaceAll('+', ' ') : raw, false, 'ALL_CHARACTERS');
      if (typeof fields !== 'string') values.push({ path: fields, text });
      else if (capturesUnknown && equals >= 0) unknown.push([name, text]);
      else if (!capturesUnknown && !ignoresUnknownParameters)
        return { problem: 'unknown-parameter', text: fields };
    }
    return { method, rule, values, unknown };
  }
}

/** The fields that a dotted path names, from a message down; a text says which is none. */
export function fieldsOf(root: MessageSchema, path: readonly string[]): readonly FieldSchema[] | string {
  const fields: FieldSchema[] = [];
  let message: MessageSchema | null = root;
  for (const name of path) {
    if (message === null) return `Could not find field "${name}" in the type.`;
    const field: FieldSchema | undefined = message.byName.get(name);
    if (field === undefined) return `Could not find field "${name}" in the type "${message.name}".`;
    fields.push(field);
    message = field.message;
  }
  return fields;
}

import type { ConfigNode } from '../api/config-node.js';
import type { Plain } from '../base/plain.js';
import { compileJsonFormat, jsonFormatProblem } from './json-format.js';
import { compileFormat, type Format, formatProblem } from './text-format.js';

/** `core.v3.SubstitutionFormatString`, read and checked. */
export type SubstitutionFormatConfig = {
  readonly kind: 'text' | 'json' | 'json-strings';
  /** Text, or the structure of a JSON format. */
  readonly format: Plain;
  readonly omitEmptyValues: boolean;
  /** Empty: what the user of the format has as its default. */
  readonly contentType: string;
  /** Type URLs of formatter extensions. */
  readonly formatters: readonly string[];
};

/** Envoy's access log line. */
export const defaultLogFormat =
  '[%START_TIME%] "%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" ' +
  '%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% ' +
  '%RESPONSE_HEADER(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQUEST_HEADER(X-FORWARDED-FOR)%" ' +
  '"%REQUEST_HEADER(USER-AGENT)%" "%REQUEST_HEADER(X-REQUEST-ID)%" "%REQUEST_HEADER(:AUTHORITY)%" ' +
  '"%UPSTREAM_HOST%"\n';

export function textFormatConfig(format: string): SubstitutionFormatConfig {
  return { kind: 'text', format, omitEmptyValues: false, contentType: '', formatters: [] };
}

export function parseSubstitutionFormat(node: ConfigNode): SubstitutionFormatConfig {
  const formatters = node.extensions('formatter', 'formatters').map((extension) => extension.typeUrl);
  const options = {
    omitEmptyValues: node.bool('omit_empty_values'),
    contentType: node.string('content_type'),
  };
  if (node.has('json_format')) {
    node.message('json_format_options')?.honourAll();
    const format = node.struct('json_format');
    const problem = jsonFormatProblem(format, formatters);
    if (problem !== undefined) node.error(problem, 'json_format');
    return { kind: 'json', format: problem === undefined ? format : {}, formatters, ...options };
  }
  const field = node.has('text_format') ? 'text_format' : 'text_format_source';
  const text = field === 'text_format' ? node.string(field) : (node.dataSource(field) ?? '');
  const problem = formatProblem(text, formatters);
  if (problem !== undefined) node.error(problem, field);
  return { kind: 'text', format: problem === undefined ? text : '', formatters, ...options };
}

/** JSON formats end with a line feed, text formats with what they say. */
export function compileSubstitutionFormat(config: SubstitutionFormatConfig): Format {
  const { kind, format, omitEmptyValues, formatters } = config;
  if (kind === 'text') return compileFormat(String(format), { omitEmptyValues, formatters });
  const render = compileJsonFormat(format, { omitEmptyValues, formatters, strings: kind === 'json-strings' });
  return (context) => `${render(context)}\n`;
}

/** What a body made by this format is, when the configuration does not say. */
export function contentTypeOf(config: SubstitutionFormatConfig): string {
  if (config.contentType !== '') return config.contentType;
  return config.kind === 'text' ? 'text/plain' : 'application/json';
}

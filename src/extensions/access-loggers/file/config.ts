import type { ConfigNode } from '../../../api/config-node.js';
import { jsonFormatProblem } from '../../../format/json-format.js';
import {
  defaultLogFormat,
  parseSubstitutionFormat,
  type SubstitutionFormatConfig,
  textFormatConfig,
} from '../../../format/substitution-format.js';
import { formatProblem } from '../../../format/text-format.js';

export type FileAccessLogConfig = { readonly path: string; readonly format: SubstitutionFormatConfig };

/** Reads `FileAccessLog`, the deprecated forms of its format included. */
export function parseFileAccessLog(node: ConfigNode): FileAccessLogConfig {
  return { path: node.logPath('path'), format: parseFormatFields(node) };
}

function parseFormatFields(node: ConfigNode): SubstitutionFormatConfig {
  const format = node.message('log_format');
  if (format !== undefined) return parseSubstitutionFormat(format);
  if (node.has('json_format')) return parseJson(node, 'json_format', 'json-strings');
  if (node.has('typed_json_format')) return parseJson(node, 'typed_json_format', 'json');
  const text = node.has('format') ? node.string('format') : '';
  if (text === '') return textFormatConfig(defaultLogFormat);
  const problem = formatProblem(text);
  if (problem !== undefined) node.error(problem, 'format');
  return textFormatConfig(problem === undefined ? text : '');
}

function parseJson(
  node: ConfigNode,
  field: 'json_format' | 'typed_json_format',
  kind: 'json' | 'json-strings',
): SubstitutionFormatConfig {
  const json = node.struct(field);
  const problem = jsonFormatProblem(json);
  if (problem !== undefined) node.error(problem, field);
  return { ...textFormatConfig(''), kind, format: problem === undefined ? json : {} };
}

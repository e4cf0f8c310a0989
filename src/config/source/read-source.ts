import type { ProblemList } from '../problem-list.js';
import { JsonReader } from './json-reader.js';
import type { SourceNode } from './source-node.js';
import { SourceSyntaxError, type SourceText } from './source-text.js';
import { TextProtoReader } from './text-proto-reader.js';
import { YamlReader } from './yaml-reader.js';

export type SourceFormat = 'yaml' | 'json' | 'text-proto' | 'proto';

const WORDS: Readonly<Record<SourceFormat, string>> = {
  yaml: 'YAML',
  json: 'JSON',
  'text-proto': 'text protobuf',
  proto: 'protobuf',
};
const FORMATS: readonly (readonly [RegExp, SourceFormat])[] = [
  [/\.ya?ml$/i, 'yaml'],
  [/\.pb_text$/i, 'text-proto'],
  [/\.pb$/i, 'proto'],
];

/** The suffix chooses the reader, in any case; an unknown one means JSON. */
export function formatOf(path: string): SourceFormat {
  return FORMATS.find(([suffix]) => suffix.test(path))?.[1] ?? 'json';
}

/** Undefined when the text cannot be read at all; the reason is in the list. */
export function readSource(
  source: SourceText,
  format: SourceFormat,
  problems: ProblemList,
): SourceNode | undefined {
  try {
    if (format === 'json') return new JsonReader(source.text).read();
    if (format === 'text-proto') return new TextProtoReader(source.text).read();
    const reader = new YamlReader(source.text);
    const node = reader.read();
    for (const { key, keyAt } of reader.repeated) {
      problems.warnings.push(
        source.problem(keyAt, key, `"${key}" is given again below; the last one counts`),
      );
    }
    return node;
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
    problems.errors.push(source.problem(error.offset, '', `not valid ${WORDS[format]}: ${error.message}`));
    return undefined;
  }
}

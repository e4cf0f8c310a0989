import type { ConfigNode } from '../../api/config-node.js';
import type { SpellingConfig } from '../../base/name-spelling.js';

/** How a connection writes header names, and whether it keeps the spelling of those that it reads. */
export type NameCaseConfig = {
  readonly isProper: boolean;
  /** Null: names are read in lower case and their spelling is forgotten. */
  readonly spelling: SpellingConfig | null;
};

const lowerCase: NameCaseConfig = { isProper: false, spelling: null };

/** Reads `Http1ProtocolOptions.header_key_format`. */
export function parseNameCase(http1: ConfigNode | undefined): NameCaseConfig {
  const format = http1?.message('header_key_format');
  if (format === undefined) return lowerCase;
  const formatter = format.extension('header.formatter', 'stateful_formatter');
  if (formatter !== undefined) return { isProper: false, spelling: formatter.config as SpellingConfig };
  return { isProper: format.message('proper_case_words') !== undefined, spelling: null };
}

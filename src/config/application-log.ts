import type { ConfigNode } from '../api/config-node.js';

/** Flags whose text may hold quotes; in JSON `%j` stands for the message. */
const unquotable = /%([v_])/;

/** The pattern that `application_log_config` gives the lines of the process log; null when it gives none. */
export function parseApplicationLog(node: ConfigNode | undefined): string | null {
  const format = node?.message('log_format');
  if (format === undefined) return null;
  if (format.oneof('log_format') === 'text_format') return format.string('text_format');
  const pattern = JSON.stringify(format.struct('json_format') ?? {});
  const flag = unquotable.exec(pattern)?.[0];
  if (flag === undefined) return pattern;
  const text = `setJsonLogFormat error: INVALID_ARGUMENT: Usage of ${flag} is unavailable for JSON log formats`;
  format.error(text, 'json_format');
  return null;
}

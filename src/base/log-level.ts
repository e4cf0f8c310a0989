/** Levels of the process log, the least important first; `off` is above all of them. */
export const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'] as const;

/** Place of a level by name; Envoy's short names are known too, others count as `info`. */
export function logLevelRank(name: string): number {
  const at = logLevels.findIndex((level) => level === (name === 'warn' ? 'warning' : name));
  return at < 0 ? 2 : at;
}

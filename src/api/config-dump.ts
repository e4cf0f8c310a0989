/**
 * The loaded configuration as `/config_dump` shows it: JSON texts with `.proto` names, secrets redacted. Crosses from
 * the job thread to main resource by resource, so that main never parses or prints the whole of it in one go.
 */
export interface ConfigDump {
  /** The bootstrap without its static resources. */
  readonly bootstrap: string;
  readonly clusters: readonly string[];
  readonly listeners: readonly string[];
  readonly routes: readonly string[];
  readonly secrets: readonly string[];
}

export const emptyConfigDump: ConfigDump = {
  bootstrap: '{}',
  clusters: [],
  listeners: [],
  routes: [],
  secrets: [],
};

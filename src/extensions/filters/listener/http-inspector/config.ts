/** `envoy.extensions.filters.listener.http_inspector.v3.HttpInspector` has no fields. */
export type HttpInspectorConfig = Readonly<Record<string, never>>;

export function parseHttpInspector(): HttpInspectorConfig {
  return {};
}

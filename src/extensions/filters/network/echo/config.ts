/** `envoy.extensions.filters.network.echo.v3.Echo` has no fields. */
export type EchoConfig = Readonly<Record<string, never>>;

export function parseEcho(): EchoConfig {
  return {};
}

import type { ManagerConfig } from './manager-config.js';

/** Whether a response of that status turns the stream into a tunnel; `type` is that of the request, empty for none. */
export function opensTunnel(type: string, status: number): boolean {
  return type === 'connect' ? status >= 200 && status < 300 : type !== '' && status === 101;
}

/** A stream on its way to be a tunnel. */
export interface TunnelledStream {
  readonly manager: { readonly config: ManagerConfig };
  readonly timers: { onUpgraded(): void };
  logAs(type: string): void;
}

/** The answer that opens the tunnel is on its way. */
export function onTunnel(stream: TunnelledStream): void {
  stream.timers.onUpgraded();
  if (stream.manager.config.logging.logsNewTunnels) stream.logAs('DownstreamTunnelSuccessfullyEstablished');
}

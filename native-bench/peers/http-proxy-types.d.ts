/** The part of http-proxy that the peer script uses; the package brings no types. */
declare module 'http-proxy' {
  import type { Agent, IncomingMessage, ServerResponse } from 'node:http';

  export interface ProxyServer {
    web(request: IncomingMessage, response: ServerResponse): void;
    on(
      event: 'error',
      listener: (error: Error, request: IncomingMessage, response: ServerResponse) => void,
    ): this;
  }

  const httpProxy: {
    createProxyServer(options: { target: { host: string; port: number }; agent: Agent }): ProxyServer;
  };
  export default httpProxy;
}

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Peer, type Plays, playEach, scenarios, webSocketText } from '../cells.js';

function plays(at: 'h1' | 'tls'): Plays {
  const scheme = at === 'tls' ? 'wss' : 'ws';
  return {
    WebSocket: async (front, root) => {
      const socket = new WebSocket(`${scheme}://127.0.0.1:${front.port(at)}${root}/socket`, {
        rejectUnauthorized: false,
        perMessageDeflate: false,
      });
      await once(socket, 'open');
      socket.send(webSocketText);
      const [message] = await once(socket, 'message');
      socket.close(1000);
      const [code] = await once(socket, 'close');
      return String(message) === webSocketText && code === 1000 ? 'as expected' : `${message}, ${code}`;
    },
  };
}

const others = Object.fromEntries(
  scenarios.filter((it) => it !== 'WebSocket').map((it) => [it, 'ws speaks WebSocket alone']),
);

export const webSocketPeers: readonly Peer[] = (['h1', 'tls'] as const).map((at) => ({
  client: 'ws',
  listener: at,
  missing: false,
  without: others,
  play: (front, cells) => playEach(plays(at), front, cells),
}));

import { type Endpoint, okAnswer } from './endpoint.js';

export const drainListeners: Endpoint = {
  path: '/drain_listeners',
  help: 'drain listeners',
  params: [
    {
      name: 'graceful',
      help: 'When draining listeners, enter a graceful drain period prior to closing listeners. This behaviour and duration is configurable via server options or CLI',
    },
    {
      name: 'skip_exit',
      help: 'When draining listeners, drain the connections but never stop the listeners. The graceful parameter has no effect when this is set, since the drain period only delays stopping the listeners',
    },
    {
      name: 'inboundonly',
      help: 'Drains all inbound listeners; the traffic_direction field of a listener says whether it is inbound',
    },
  ],
  changesState: true,
  answer({ query }, { operations }) {
    operations.drainListeners({
      isInboundOnly: query.has('inboundonly'),
      isGraceful: query.has('graceful'),
      keepsListening: query.has('skip_exit'),
    });
    return okAnswer;
  },
};

import { type Endpoint, textAnswer } from './endpoint.js';

export const contention: Endpoint = {
  path: '/contention',
  help: 'dump current mutex contention stats (there are no mutexes)',
  answer: () =>
    textAnswer(
      'Mutex contention tracing is not enabled. To enable, run Envoy with flag --enable-mutex-tracing.',
    ),
};

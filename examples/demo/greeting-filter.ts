// Outside this repository: from 'sluice/filter'.
import { asyncFilter } from '../../src/filter.js';

/** Greets: the service learns of it in `x-greeting`, the client in `x-greeted-by`. Without `?name=` it refuses. */
export const greeting = asyncFilter<{ readonly word: string }>({
  name: 'greeting',
  typeUrl: 'demo.Greeting',
  parse: (node) => ({ word: node.string('word', 'hello') }),
  request: (request, run) => {
    if (!request.path.startsWith('/hello')) return;
    const name = /[?&]name=([\w-]+)/.exec(request.path)?.[1];
    if (name === undefined) run.respond(400, 'say who you are: /hello?name=…\n');
    else request.headers.set('x-greeting', `${run.config.word} ${name}`);
  },
  response: (response) => response.headers.set('x-greeted-by', 'a TypeScript filter'),
});

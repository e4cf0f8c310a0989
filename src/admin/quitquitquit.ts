import { type Endpoint, okAnswer } from './endpoint.js';

export const quitquitquit: Endpoint = {
  path: '/quitquitquit',
  help: 'exit the server',
  changesState: true,
  answer: (_request, { operations }) => ({ ...okAnswer, afterwards: () => operations.quit() }),
};

import { type Endpoint, textAnswer } from './endpoint.js';

/** The table of `/help`. */
export function helpTable(endpoints: readonly Endpoint[]): string {
  const lines = ['admin commands are:'];
  for (const { path, help, params, changesState } of endpoints) {
    lines.push(`  ${path}${changesState === true ? ' (POST)' : ''}: ${help}`);
    for (const param of params ?? []) lines.push(`      ${param.name}: ${param.help}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `/help`: every endpoint of the list that `endpoints` answers. */
export function helpPage(endpoints: () => readonly Endpoint[]): Endpoint {
  return {
    path: '/help',
    help: 'print out list of admin commands',
    answer: () => textAnswer(helpTable(endpoints())),
  };
}

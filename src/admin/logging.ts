import { type AdminAnswer, type AdminRequest, type Endpoint, textAnswer } from './endpoint.js';
import type { LoggingAdmin } from './views.js';

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'] as const;

export const logging: Endpoint = {
  path: '/logging',
  help: 'query/change logging levels',
  params: [
    {
      name: 'paths',
      help: 'Change multiple logging levels by setting to <logger_name1>:<desired_level1>,<logger_name2>:<desired_level2>.',
    },
    {
      name: 'level',
      help: `desired logging level, this will change all loggers's level; One of (, ${levels.join(', ')})`,
    },
  ],
  changesState: true,
  answer: (request, views) => loggingAnswer(request, views.logging),
};

const usage = `usage: /logging?<name>=<level> (change single level)
usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)
usage: /logging?level=<level> (change all levels)
usage: /logging?group=<group_name>:<level> (change group of loggers)
levels: ${levels.join(' ')} 
`;

function loggingAnswer({ query }: AdminRequest, loggers: LoggingAdmin): AdminAnswer {
  const error = change(query, loggers);
  if (error === undefined) return textAnswer(activeLoggers(loggers));
  return textAnswer(`error: ${error}\n\n${usage}${activeLoggers(loggers)}`, 400);
}

function activeLoggers(loggers: LoggingAdmin): string {
  const lines = loggers.levels().map(([name, level]) => `  ${name}: ${level}\n`);
  return `active loggers:\n${lines.join('')}\n`;
}

/** Answers what is wrong; then nothing was changed. */
function change(query: URLSearchParams, loggers: LoggingAdmin): string | undefined {
  const params = [...query];
  const [first] = params;
  if (first === undefined) return undefined;
  if (params.length > 1) return 'invalid number of parameters';
  const [name, value] = first;
  if (value === '') return undefined;
  if (name === 'group') return 'group parameter requires fine-grain logging to be enabled';
  if (name === 'level') {
    if (!isLevel(value)) return 'unknown logger level';
    loggers.setAll(value);
    return undefined;
  }
  return name === 'paths' ? changeSome(value.split(','), loggers) : changeSome([`${name}:${value}`], loggers);
}

function changeSome(entries: readonly string[], loggers: LoggingAdmin): string | undefined {
  const known = new Set(loggers.levels().map(([name]) => name));
  const changes: (readonly [name: string, level: string])[] = [];
  for (const entry of entries) {
    const colon = entry.lastIndexOf(':');
    const [name, level] = [entry.slice(0, Math.max(colon, 0)), entry.slice(colon + 1)];
    if (name === '') return `empty logger name or empty logger level`;
    if (!isLevel(level)) return 'unknown logger level';
    if (!known.has(name)) return 'unknown logger name';
    changes.push([name, level]);
  }
  for (const [name, level] of changes) loggers.set(name, level);
  return undefined;
}

function isLevel(text: string): boolean {
  return levels.some((level) => level === text);
}

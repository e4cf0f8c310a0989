import { type AdminAnswer, type AdminRequest, type Endpoint, okAnswer, textAnswer } from './endpoint.js';
import type { AdminViews } from './views.js';

export const runtimeModify: Endpoint = {
  path: '/runtime_modify',
  help: 'Adds or modifies runtime values as passed in query parameters. To delete a previously added key, use an empty string as the value. Note that deletion only applies to overrides added via this endpoint; values of other layers can be modified via override but not deleted. E.g. ?key1=value1&key2=value2...',
  changesState: true,
  answer: modify,
};

const usage = `usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN
       or send the parameters as form values
use an empty value to remove a previously added override`;

function modify({ query }: AdminRequest, { runtime }: AdminViews): AdminAnswer {
  // The last of repeated keys wins.
  const changes = new Map(query);
  if (changes.size === 0) return textAnswer(usage, 400);
  if (!runtime.modify(changes)) return textAnswer('No admin layer specified', 503);
  return okAnswer;
}

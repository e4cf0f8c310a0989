import type { ConfigNode } from '../api/config-node.js';
import type { LogContext } from '../api/stream-info.js';
import type { HeaderMap } from '../base/header-map.js';
import { compileFormat, constantFormat, type Format, formatProblem } from '../format/text-format.js';
import type { HeaderAdditionConfig, HeaderMutationsConfig, HeaderRulesConfig } from './config-types.js';

/** Reads the four `request_/response_headers_to_add/_to_remove` fields of any message that has them. */
export function parseHeaderMutations(node: ConfigNode): HeaderMutationsConfig {
  return { request: parseHeaderRules(node, 'request'), response: parseHeaderRules(node, 'response') };
}

/** Reads `<direction>_headers_to_add` and `_to_remove`. */
export function parseHeaderRules(node: ConfigNode, direction: 'request' | 'response'): HeaderRulesConfig {
  const removeField = `${direction}_headers_to_remove`;
  const remove = node.strings(removeField).map((name) => name.toLowerCase());
  if (remove.some(isProtected)) node.error(':-prefixed or host headers may not be removed', removeField);
  return { remove, add: parseHeaderAdditions(node, `${direction}_headers_to_add`) };
}

/** Reads a list of `HeaderValueOption`. */
export function parseHeaderAdditions(node: ConfigNode, field: string): readonly HeaderAdditionConfig[] {
  return node.list(field).map(parseHeaderAddition);
}

/** Reads one `HeaderValueOption`. */
export function parseHeaderAddition(option: ConfigNode): HeaderAdditionConfig {
  const header = option.message('header');
  const name = header?.string('key').toLowerCase() ?? '';
  if (isProtected(name)) header?.error(':-prefixed or host headers may not be modified', 'key');
  const value = header === undefined ? '' : parseValue(header);
  return { name, value, action: parseAction(option), keepEmpty: option.bool('keep_empty_value') };
}

function parseValue(header: ConfigNode): string {
  if (header.has('raw_value')) return Buffer.from(header.bytes('raw_value')).toString('latin1');
  const value = header.string('value');
  const problem = formatProblem(value);
  if (problem === undefined) return value;
  header.error(problem, 'value');
  return '';
}

const actions: { readonly [name: string]: HeaderAdditionConfig['action'] } = {
  APPEND_IF_EXISTS_OR_ADD: 'append',
  ADD_IF_ABSENT: 'add-if-absent',
  OVERWRITE_IF_EXISTS_OR_ADD: 'overwrite-or-add',
  OVERWRITE_IF_EXISTS: 'overwrite-if-exists',
};

function parseAction(option: ConfigNode): HeaderAdditionConfig['action'] {
  const append = option.optionalBool('append');
  const action = actions[option.enum('append_action')] ?? 'append';
  if (append === undefined) return action;
  if (action !== 'append')
    option.error("Both append and append_action are set and it's not allowed", 'append');
  return append ? 'append' : 'overwrite-or-add';
}

function isProtected(name: string): boolean {
  return name.startsWith(':') || name === 'host';
}

/** One addition with its value compiled; `constant` spares the call for plain text. */
interface Addition {
  readonly name: string;
  readonly action: HeaderAdditionConfig['action'];
  readonly keepEmpty: boolean;
  readonly constant: string | undefined;
  readonly format: Format;
}

function isOverwrite(action: HeaderAdditionConfig['action']): boolean {
  return action === 'overwrite-or-add' || action === 'overwrite-if-exists';
}

function isConditional(action: HeaderAdditionConfig['action']): boolean {
  return action === 'add-if-absent' || action === 'overwrite-if-exists';
}

function isWanted(action: HeaderAdditionConfig['action'], wasThere: boolean): boolean {
  return !isConditional(action) || wasThere === (action === 'overwrite-if-exists');
}

function unconditional(action: HeaderAdditionConfig['action']): HeaderAdditionConfig['action'] {
  return isOverwrite(action) ? 'overwrite-or-add' : 'append';
}

/** The rules of one level and direction, ready to run. */
export class HeaderRules {
  readonly isEmpty: boolean;
  private readonly remove: readonly string[];
  private readonly additions: readonly Addition[];
  /** Some name comes twice, and once on a condition: conditions ask for what was there before the level. */
  private readonly asksBefore: boolean;

  constructor(config: HeaderRulesConfig) {
    this.isEmpty = config.remove.length === 0 && config.add.length === 0;
    this.remove = config.remove;
    const overwrites = config.add.filter(({ action }) => isOverwrite(action));
    const adds = config.add.filter(({ action }) => !isOverwrite(action));
    this.additions = [...overwrites, ...adds].map(({ name, value, action, keepEmpty }) => ({
      name,
      action,
      keepEmpty,
      constant: constantFormat(value),
      format: compileFormat(value, { omitEmptyValues: true }),
    }));
    const names = new Set(config.add.map(({ name }) => name.toLowerCase()));
    this.asksBefore =
      names.size < config.add.length && config.add.some(({ action }) => isConditional(action));
  }

  /** Removals first, so that a level can replace what it removes; then what overwrites, then what is added. */
  apply(headers: HeaderMap, context: LogContext): void {
    for (const name of this.remove) headers.remove(name);
    const had = this.asksBefore ? this.additions.map(({ name }) => headers.has(name)) : null;
    for (const [i, addition] of this.additions.entries()) {
      if (had !== null && !isWanted(addition.action, had[i] === true)) continue;
      const value = addition.constant ?? addition.format(context);
      if (value === '' && !addition.keepEmpty) continue;
      const action = had === null ? addition.action : unconditional(addition.action);
      applyAddition(headers, addition.name, value, action);
    }
  }
}

/** Puts one value in. */
export function applyAddition(
  headers: HeaderMap,
  name: string,
  value: string,
  action: HeaderAdditionConfig['action'],
): void {
  switch (action) {
    case 'append':
      headers.add(name, value);
      return;
    case 'add-if-absent':
      if (!headers.has(name)) headers.add(name, value);
      return;
    case 'overwrite-or-add':
      headers.remove(name);
      headers.add(name, value);
      return;
    case 'overwrite-if-exists':
      if (headers.remove(name)) headers.add(name, value);
      return;
  }
}

import { compileFilter } from '../stats/render/selection.js';
import { bootstrapPage, type DumpSection, dumpSections, isListField, lists } from './config-sections.js';
import { type AdminAnswer, type AdminRequest, type Endpoint, jsonAnswer } from './endpoint.js';
import { type FieldMask, type JsonObject, parseMask } from './field-mask.js';
import { indentJson } from './json-indent.js';
import { indented, ListText } from './list-text.js';
import type { AdminViews } from './views.js';

export const configDump: Endpoint = {
  path: '/config_dump',
  help: 'dump the loaded configuration',
  params: [
    { name: 'resource', help: 'The repeated field to dump, static_clusters for example' },
    {
      name: 'mask',
      help: 'The fields to dump, as a Protobuf::FieldMask. With resource it is applied to every element of that field',
    },
    {
      name: 'name_regex',
      help: 'Dump only resources whose names match the regex. Can be used with both resource and mask',
    },
    { name: 'include_eds', help: 'Dump endpoints as well' },
  ],
  answer: dumpAnswer,
};

/** Which resources a dump shows, and what of them. */
interface Selection {
  readonly names: ((name: string) => boolean) | undefined;
  readonly mask: FieldMask | undefined;
  readonly withEndpoints: boolean;
}

function refusal(status: number, body: string): AdminAnswer {
  return { status, contentType: 'text/plain', body };
}

function dumpAnswer({ query }: AdminRequest, views: AdminViews): AdminAnswer {
  const names = parseNames(query.get('name_regex') ?? '');
  if (typeof names === 'string') return refusal(400, names);
  const maskText = query.get('mask') ?? '';
  const mask = maskText === '' ? undefined : parseMask(maskText);
  const selection = { names, mask, withEndpoints: query.has('include_eds') };
  const resource = query.get('resource') ?? '';
  if (resource === '') return wholeDump(views, selection, maskText);
  if (resource === 'bootstrap') {
    const hint = 'bootstrap is not a repeated field. Use ?mask=bootstrap to get only this field';
    return refusal(400, hint);
  }
  if (!isListField(resource)) return refusal(404, `${resource} not found in config dump`);
  const section = dumpSections(views, selection.withEndpoints).find((it) => it.list === resource);
  if (section === undefined) return jsonAnswer('{}\n');
  if (mask !== undefined && !mask.firstFields.some((field) => section.fields.includes(field))) {
    return refusal(400, `FieldMask ${maskText} could not be successfully used.`);
  }
  return jsonAnswer(resourceDump(section, selection));
}

function parseNames(text: string): ((name: string) => boolean) | undefined | string {
  if (text === '') return undefined;
  const regex = compileFilter(text);
  if (typeof regex !== 'string') return (name) => regex.matches(name);
  return `INVALID_ARGUMENT: Error while parsing name_regex from ${text}: ${regex}`;
}

function wholeDump(views: AdminViews, selection: Selection, maskText: string): AdminAnswer {
  const { mask } = selection;
  const sections = dumpSections(views, selection.withEndpoints);
  // A mask cannot look into the elements of a list.
  const applies = (field: string): boolean =>
    field === 'bootstrap' || (lists(sections).includes(field) && mask?.keepsWhole(field) === true);
  if (mask !== undefined && !mask.firstFields.some(applies)) {
    return refusal(400, `FieldMask ${maskText} could not be successfully applied to any configs.`);
  }
  return jsonAnswer(sectionsText(views, sections, selection));
}

function* sectionsText(
  views: AdminViews,
  sections: readonly DumpSection[],
  selection: Selection,
): Generator<string, void> {
  const { mask } = selection;
  const configs = new ListText(' "configs": [', ' ]');
  yield '{';
  if (mask === undefined || mask.firstFields.includes('bootstrap')) {
    yield configs.item('');
    yield* bootstrapPage(views, mask);
  }
  for (const section of sections) {
    if (mask !== undefined && !mask.keepsWhole(section.list)) continue;
    yield configs.item('  {\n');
    yield `   "@type": "type.googleapis.com/envoy.admin.v3.${section.type}"`;
    const list = new ListText(`   "${section.list}": [`, '   ]');
    for (const item of itemTexts(section, selection)) {
      yield (list.isEmpty ? ',' : '') + list.item('');
      yield* item;
    }
    yield `${list.end('')}\n  }`;
  }
  yield `${configs.end('\n')}}\n`;
}

/** Each element in pieces. */
function* itemTexts(section: DumpSection, selection: Selection): Generator<Iterable<string>, void> {
  const texts = selection.names === undefined ? section.texts?.() : undefined;
  if (texts === undefined) for (const item of itemsOf(section, selection)) yield [indented(item, 4)];
  else for (const text of texts) yield indentJson(text, 4);
}

function* itemsOf(section: DumpSection, { names }: Selection): Generator<JsonObject, void> {
  for (const item of section.items()) if (names === undefined || names(section.nameOf(item))) yield item;
}

function* resourceDump(section: DumpSection, selection: Selection): Generator<string, void> {
  const configs = new ListText(' "configs": [', ' ]');
  yield '{';
  for (const item of itemsOf(section, selection)) {
    const shown = selection.mask === undefined ? item : selection.mask.apply(item);
    const typed = { '@type': `type.googleapis.com/envoy.admin.v3.${section.type}.${section.item}`, ...shown };
    yield configs.item(indented(typed, 2));
  }
  yield `${configs.end('\n')}}\n`;
}

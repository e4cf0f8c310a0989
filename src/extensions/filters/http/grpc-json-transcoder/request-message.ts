import type { JsonMember, JsonNode } from '../../../../codec/protobuf/json-node.js';
import { jsonString } from '../../../../codec/protobuf/json-node.js';
import type { FieldSchema } from '../../../../codec/protobuf/schema.js';
import type { FoundMethod } from './method-index.js';

const empty: JsonNode = { kind: 'object', members: [] };

/** The request as JSON: its body where the rule wants it, and the values that it does not have itself behind it. */
export function requestOf(found: FoundMethod, body: JsonNode | null): JsonNode {
  const request = bodyOf(found, body);
  if (request.kind !== 'object') return request;
  const members = [...request.members];
  for (const { path, text } of found.values) {
    const [first] = path;
    const isLeaf = path.length === 1;
    const at = first === undefined ? -1 : request.members.findIndex((member) => isField(member, first));
    if (first === undefined || (at >= 0 && isLeaf && !first.isRepeated)) continue;
    if (isLeaf) members.push([first.name, jsonString(text)]);
    else weave(members, path, text);
  }
  return { kind: 'object', members };
}

/** Values of one inner message belong together. */
function weave(members: JsonMember[], path: readonly FieldSchema[], text: string): void {
  const [field, ...rest] = path;
  if (field === undefined) return;
  const at = members.findIndex((member) => isField(member, field));
  const known = members[at]?.[1];
  if (rest.length === 0) {
    if (at < 0 || field.isRepeated) members.push([field.name, jsonString(text)]);
    return;
  }
  const inner: JsonMember[] = known?.kind === 'object' ? [...known.members] : [];
  weave(inner, rest, text);
  const member: JsonMember = [field.name, { kind: 'object', members: inner }];
  if (at < 0) members.push(member);
  else members[at] = member;
}

function isField([name]: JsonMember, field: FieldSchema): boolean {
  return name === field.name || name === field.jsonName;
}

function bodyOf({ rule }: FoundMethod, body: JsonNode | null): JsonNode {
  if (rule.body === '') return empty;
  if (rule.body === '*') return body ?? empty;
  const names = rule.body.split('.').reverse();
  return names.reduce(
    (inner: JsonNode, name) => ({ kind: 'object', members: [[name, inner]] }),
    body ?? empty,
  );
}

/** What is said when a value of the path or query is in the body as something else; empty when none is. */
export function collisionOf(found: FoundMethod, body: JsonNode | null): string {
  const request = bodyOf(found, body);
  for (const { path, text } of found.values) {
    let node: JsonNode | undefined = request;
    for (const field of path)
      node = node?.kind === 'object' ? node.members.find((member) => isField(member, field))?.[1] : undefined;
    if (node === undefined || !('text' in node) || node.text === text) continue;
    const name = path.map((field) => field.name).join('.');
    return `The binding value "${text}" of the field ${name} is conflicting with the value "${node.text}" in the body.`;
  }
  return '';
}

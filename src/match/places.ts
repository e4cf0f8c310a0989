import type { ConfigNode, Origin } from '../api/config-node.js';
import type { Places } from '../api/route.js';

/** `file.yaml:12:7`, or the xDS resource with the path in it. */
export function originText({ source, line, column, path }: Origin): string {
  return line === 0 ? `${source} ${path}` : `${source}:${line}:${column}`;
}

/** What `explain` shows of a message; it crosses threads and stays with what is built, so it is kept small. */
export function placesOf(node: ConfigNode | undefined, fields: readonly string[]): Places {
  const places: { [field: string]: number | string } = {};
  if (node === undefined) return places;
  const { source } = node.origin;
  for (const field of fields) {
    if (!node.has(field)) continue;
    const origin = node.originOf(field);
    places[field] = origin.source === source && origin.line > 0 ? origin.line : originText(origin);
  }
  return places;
}

/** The place of a field of something whose own place is `origin`; `default` when it is not there. */
export function placeOf(places: Places, field: string, origin: string): string {
  const place = places[field];
  if (place === undefined) return 'default';
  return typeof place === 'string' ? place : `${origin.replace(/(:\d+){1,2}$/, '')}:${place}`;
}

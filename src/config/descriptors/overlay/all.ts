import { mergeSchemas, parseSchemas } from '../notation.js';
import type { Schemas } from '../schema.js';
import { ADMIN_DATA_SERVICE } from './admin-data-service.js';
import { CEL } from './cel.js';
import { CONFIG } from './config.js';
import { CONTRIB } from './contrib.js';
import { EXTENSIONS_A_F } from './extensions-a-f.js';
import { EXTENSIONS_G_Z } from './extensions-g-z.js';
import { FILTERS_HTTP_A_L } from './filters-http-a-l.js';
import { FILTERS_HTTP_M_Z } from './filters-http-m-z.js';
import { FILTERS_OTHER } from './filters-other.js';
import { FOREIGN } from './foreign.js';
import { LOAD_BALANCING } from './load-balancing.js';
import { REMOVED } from './removed.js';
import { TRANSPORT_SOCKETS } from './transport-sockets.js';
import { TYPES } from './types.js';

/** Everything the installed `.proto` files lack, by area. */
const OVERLAYS: readonly string[] = [
  ADMIN_DATA_SERVICE,
  CONFIG,
  CEL,
  CONTRIB,
  FOREIGN,
  EXTENSIONS_A_F,
  EXTENSIONS_G_Z,
  FILTERS_HTTP_A_L,
  FILTERS_HTTP_M_Z,
  FILTERS_OTHER,
  LOAD_BALANCING,
  TRANSPORT_SOCKETS,
  TYPES,
];

function remove(schemas: Schemas, name: string): void {
  for (const names of [schemas.messages, schemas.enums]) {
    for (const known of names.keys()) if (known === name || known.startsWith(`${name}.`)) names.delete(known);
  }
  const dot = name.lastIndexOf('.');
  const owner = schemas.messages.get(name.slice(0, dot));
  if (owner === undefined) return;
  const fields = owner.fields.filter((field) => field.name !== name.slice(dot + 1));
  schemas.messages.set(owner.name, { ...owner, fields });
}

/** Lays every overlay on what was read from the `.proto` files. */
export function applyOverlay(schemas: Schemas): void {
  for (const name of REMOVED) remove(schemas, name);
  for (const text of OVERLAYS) mergeSchemas(schemas, parseSchemas(text));
}

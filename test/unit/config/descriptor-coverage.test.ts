import { ok } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadDescriptors } from '../../../src/config/descriptors/load-descriptors.js';
import { parseSchemas, printField } from '../../../src/config/descriptors/notation.js';
import type { FieldSchema, Schemas } from '../../../src/config/descriptors/schema.js';
import { loadGoModule } from './go-descriptors.js';
import { nodeModules } from './node-modules.js';

/** Directory of the newest version of a Go module in the local module cache. */
function newestModule(parent: string, prefix: string): string | undefined {
  const cache = process.env['GOMODCACHE'] ?? join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'pkg/mod');
  const directory = join(cache, parent);
  if (!existsSync(directory)) return undefined;
  const versions = readdirSync(directory).filter((name) => name.startsWith(prefix));
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return newest === undefined ? undefined : join(directory, newest);
}

function withoutHidden(field: FieldSchema): string {
  return printField({ ...field, flags: field.flags.filter((flag) => flag !== 'hidden') });
}

function differences(theirs: Schemas, ours: Schemas): string[] {
  const found: string[] = [];
  for (const message of theirs.messages.values()) {
    if (!/\.v3/.test(message.name)) continue;
    const own = ours.messages.get(message.name);
    if (own === undefined) found.push(`message ${message.name}`);
    for (const field of own === undefined ? [] : message.fields) {
      const known = own?.fields.find((f) => f.number === field.number);
      const want = printField(field);
      if (known === undefined || withoutHidden(known) !== want) found.push(`${message.name}: ${want}`);
    }
    for (const oneof of message.oneofs) {
      const known = own?.oneofs.find((o) => o.name === oneof.name);
      if (own !== undefined && known?.required !== oneof.required)
        found.push(`${message.name}: oneof ${oneof.name}`);
    }
  }
  for (const schema of theirs.enums.values()) {
    if (!/\.v3/.test(schema.name)) continue;
    const own = ours.enums.get(schema.name);
    for (const value of schema.values) {
      const known = own?.values.some((v) => v.number === value.number && v.name === value.name);
      if (known !== true) found.push(`${schema.name}: ${value.number} ${value.name}`);
    }
  }
  return found;
}

const module = newestModule('github.com/envoyproxy/go-control-plane', 'envoy@');
const skip = module === undefined && 'go-control-plane/envoy is not in the Go module cache';

test('every v3 message, field, rule and enum value of the newest go-control-plane is known', { skip }, () => {
  const theirs = loadGoModule(module ?? '', nodeModules());
  ok(theirs.messages.size > 1000, 'the Go module holds the whole API');
  const found = differences(theirs, parseSchemas(loadDescriptors()));
  ok(found.length === 0, `${found.length} differ:\n${found.slice(0, 20).join('\n')}`);
});

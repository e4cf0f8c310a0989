import { match } from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/config-text.js';

const filterOf = (type: string): readonly string[] =>
  readText(
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
    `{ name: own, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.${type} } }`,
    (node) => node.asExtension('http.filter'),
  ).problems;

for (const type of [
  'lua.v3.Lua',
  'wasm.v3.Wasm',
  'golang.v3alpha.Config',
  'dynamic_modules.v3.DynamicModuleFilter',
]) {
  test(`a filter of type ${type} is refused with the way to write one in TypeScript`, () => {
    match(filterOf(type).join('\n'), /'own'.*docs\/extending\.md/);
  });
}

import { match } from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { testRegistry } from '../../support/config-text.js';

function refusalOf(type: string): string {
  const config = loadConfig({
    yamlText: `{ name: own, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.${type} } }`,
    rootType: 'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter',
    registry: testRegistry(),
    files: { read: () => new Uint8Array(), env: () => undefined },
  });
  config.root.asExtension('http.filter');
  const { problems, unsupported } = config.finish();
  return [...problems, ...unsupported].map(({ message }) => message).join('\n');
}

for (const type of [
  'lua.v3.Lua',
  'wasm.v3.Wasm',
  'golang.v3alpha.Config',
  'dynamic_modules.v3.DynamicModuleFilter',
]) {
  test(`a filter of type ${type} is refused with the way to write one in TypeScript`, () => {
    match(refusalOf(type), /'own'.*docs\/extending\.md/);
  });
}

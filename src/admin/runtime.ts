import type { Plain } from '../base/plain.js';
import type { RuntimeSnapshot } from '../runtime/snapshot.js';
import { type Endpoint, jsonPage } from './endpoint.js';

export const runtime: Endpoint = {
  path: '/runtime',
  help: 'print runtime values',
  answer: (_request, views) => jsonPage(runtimeJson(views.runtime.current())),
};

function runtimeJson(snapshot: RuntimeSnapshot): object {
  const { layers } = snapshot;
  const entries = [...snapshot.keys()].sort().map((key) => {
    const final = snapshot.string(key) ?? '';
    return [
      key,
      { final_value: final, layer_values: layers.map(({ values }) => valueText(values[key])) },
    ] as const;
  });
  return { layers: layers.map(({ name }) => name), entries: Object.fromEntries(entries) };
}

function valueText(value: Plain | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

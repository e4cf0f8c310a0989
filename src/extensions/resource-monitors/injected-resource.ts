import { readFileSync } from 'node:fs';
import type { ResourceMonitor, ResourceMonitorFactory } from '../../api/overload.js';

type InjectedResourceConfig = { readonly path: string };

/** A pressure that stands in a file as a number from 0 to 1: what operators and tests inject. */
export const injectedResource: ResourceMonitorFactory<InjectedResourceConfig> = {
  name: 'envoy.resource_monitors.injected_resource',
  typeUrl: 'envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig',
  parse: (node) => ({ path: node.string('filename') }),
  build: ({ path }): ResourceMonitor => ({
    pressure() {
      const text = readText(path).trim();
      const value = text === '' ? Number.NaN : Number(text);
      return value >= 0 && value <= 1 ? value : null;
    },
  }),
};

/** Empty where there is none. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

import type { ConfigNode } from '../../../api/config-node.js';
import type { Extension } from '../../../api/extension.js';

/** Modules with users' filters, as the bootstrap names them: paths relative to its file, or package names. */
export type FilterModulesConfig = {
  readonly modules: readonly string[];
};

/**
 * `sluice.v1.FilterModules`, in a TypedStruct under `bootstrap_extensions`. Only a bootstrap can have it: whoever
 * names a module owns the machine, so no control plane may.
 */
export const filterModules: Extension<FilterModulesConfig> = {
  name: 'sluice.filter_modules',
  typeUrl: 'sluice.v1.FilterModules',
  parse(node: ConfigNode): FilterModulesConfig {
    const modules = node.strings('modules');
    if (modules.length === 0) node.error('names no module', 'modules');
    return { modules };
  },
};

import { findCycles } from './cycles.js';
import type { Import, SourceFile } from './imports.js';
import { allowed, extensionKinds, type Layer, layers, pureFolders } from './layers.js';

/** Every way in which the files break the layers: one line each, `file:line: what (rule)`. */
export function violations(files: readonly SourceFile[]): readonly string[] {
  return [...files.flatMap(fileViolations), ...cycleViolations(files)];
}

/** The entry of the table that a file belongs to; undefined when it names no layer. */
function layerName(path: string): string | undefined {
  const parts = path.split('/');
  return parts[0] === 'workers' ? 'workers' : parts[0] === 'src' ? parts[1] : undefined;
}

function fileViolations(file: SourceFile): readonly string[] {
  const name = layerName(file.path);
  const layer = name === undefined ? undefined : layers[name];
  if (name === undefined || layer === undefined)
    return [`${file.path}: its folder has no layer in the table`];
  const found: string[] = [];
  for (const it of file.imports) {
    const problem = importViolation(file.path, name, layer, it);
    if (problem !== undefined) found.push(`${file.path}:${it.line}: ${problem}`);
  }
  return pureFolders.includes(name) ? [...found, ...impurities(file)] : found;
}

function importViolation(path: string, name: string, layer: Layer, it: Import): string | undefined {
  if (it.isReExport && path.endsWith('/index.ts') && path !== 'src/extensions/index.ts') {
    return `re-exports ${it.to} from an index.ts (rule 6)`;
  }
  if (!it.to.startsWith('src/') && !it.to.startsWith('workers/'))
    return builtInViolation(path, name, layer, it.to);
  if (allowed.some((entry) => path.startsWith(entry.from) && it.to === entry.to)) return undefined;
  return crossing(path, name, layer, it) ?? extensionViolation(path, it.to);
}

function builtInViolation(path: string, name: string, layer: Layer, to: string): string | undefined {
  if (!to.startsWith('node:')) return undefined;
  const inside = name === 'workers' ? path.slice(8) : path.slice(`src/${name}/`.length);
  const isListed = layer.builtIns.some((entry) => {
    const [builtIn, place = ''] = entry.split(' ');
    return builtIn === to && inside.startsWith(place);
  });
  return isListed ? undefined : `${name} may not import ${to} here (rule 7)`;
}

function crossing(path: string, name: string, layer: Layer, it: Import): string | undefined {
  const toName = layerName(it.to) ?? '';
  if (toName === name) return undefined;
  const other = layers[toName];
  if (other === undefined) return `imports ${it.to}, whose folder has no layer in the table`;
  if (toName === 'server' && path !== 'src/main.ts')
    return `imports ${it.to}; only main.ts imports server/ (rule 5)`;
  if (toName === 'workers') return `imports ${it.to}; nothing imports workers/ (rule 5)`;
  if (name === 'base') return `imports ${it.to}; base imports nothing of ours (rule 1)`;
  if (other.number < layer.number) return undefined;
  const how = other.number === layer.number ? 'has the same number' : 'lies above';
  return `imports ${it.to}; ${toName} (${other.number}) ${how} as seen from ${name} (${layer.number}) (rule 2)`;
}

/** An extension's folder: `src/extensions/<kind>/<name>`; undefined for what a kind shares or the list itself. */
function extensionOf(path: string): string | undefined {
  const inside = path.startsWith('src/extensions/') ? path.slice(15) : '';
  const kind = extensionKinds.find((it) => inside.startsWith(`${it}/`));
  if (kind === undefined) return undefined;
  const rest = inside.slice(kind.length + 1);
  return rest.includes('/') ? `${kind}/${rest.slice(0, rest.indexOf('/'))}` : `${kind}/`;
}

function extensionViolation(path: string, to: string): string | undefined {
  const from = extensionOf(path);
  const target = extensionOf(to);
  if (from === undefined || target === undefined || from === target) return undefined;
  // What lies in a kind's own folder serves the extensions of that kind.
  if (target.endsWith('/') && from.startsWith(target)) return undefined;
  return `imports ${to}; an extension imports no other (rule 4)`;
}

const impureCalls =
  /\b(setTimeout|setInterval|setImmediate|queueMicrotask|Date\.now|performance\.now|console\.\w+)\b/;

function impurities(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const lines = file.text.split('\n');
  for (const [i, line] of lines.entries()) {
    const call = /^\s*(\*|\/\/|\/\*)/.test(line) ? null : impureCalls.exec(line);
    if (call !== null) found.push(`${file.path}:${i + 1}: ${call[0]} in a pure folder (rule 3)`);
  }
  for (const it of file.imports) {
    if (it.to === 'src/base/timer-wheel.ts' || /\bLogger\b/.test(lines[it.line - 1] ?? '')) {
      found.push(`${file.path}:${it.line}: a timer or logger in a pure folder (rule 3)`);
    }
  }
  return found;
}

function cycleViolations(files: readonly SourceFile[]): readonly string[] {
  const values = findCycles(files, false);
  const found = values.map((cycle) => `${cycle.join(' <-> ')}: import each other's values (rule 6)`);
  for (const cycle of findCycles(files, true)) {
    if (cycle.every((path) => path.startsWith('src/api/'))) continue;
    if (values.some((value) => value.every((path) => cycle.includes(path)))) continue;
    found.push(`${cycle.join(' <-> ')}: import each other's types (rule 6)`);
  }
  return found;
}

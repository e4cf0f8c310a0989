import type { NodeCursor } from './node-cursor.js';

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The bytes that a `core.v3.DataSource` stands for; undefined, with a problem told, when they cannot be had. */
export function readDataBytes(node: NodeCursor): Uint8Array | undefined {
  if (node.oneof('specifier') === 'inline_bytes') return node.bytes('inline_bytes');
  if (node.oneof('specifier') === 'filename') return readFile(node, node.string('filename'));
  const text = readDataSource(node);
  return text === undefined ? undefined : Buffer.from(text);
}

/** The text that a `core.v3.DataSource` stands for; undefined, with a problem told, when it cannot be had. */
export function readDataSource(node: NodeCursor): string | undefined {
  const kind = node.oneof('specifier');
  switch (kind) {
    case 'filename':
      return readFile(node, node.string('filename'))?.toString();
    case 'inline_string':
      return node.string('inline_string');
    case 'inline_bytes':
      return Buffer.from(node.bytes('inline_bytes')).toString();
    case 'environment_variable': {
      const name = node.string('environment_variable');
      const value = node.context.files.env(name);
      if (value === undefined) node.error(`environment variable ${name} is not set`, 'environment_variable');
      return value;
    }
    default:
      return undefined;
  }
}

/** The bytes of a file; undefined, with a problem told at the field that names it, when it cannot be read. */
export function readFile(node: NodeCursor, path: string, field = 'filename'): Buffer | undefined {
  try {
    return Buffer.from(node.context.files.read(path));
  } catch (error) {
    node.error(`cannot read ${path}: ${reason(error)}`, field);
    return undefined;
  }
}

import type { Origin, SecretReference } from '../../api/config-node.js';
import type { ExtensionRegistry } from '../../api/extension.js';
import type { TypeCatalog } from '../descriptors/message-type.js';
import type { ProblemList } from '../problem-list.js';

/** Files and environment as the configuration refers to them. */
export interface ConfigFiles {
  /** Throws when the file cannot be read. */
  read(path: string): Uint8Array;
  env(name: string): string | undefined;
}

/** A reference to a cluster by name, to be checked once all clusters are known. */
export interface ClusterNeed {
  readonly name: string;
  readonly origin: Origin;
}

/** A reference to a secret. */
export interface SecretNeed extends SecretReference {
  readonly origin: Origin;
}

/** What a configuration depends on. */
export class Needs {
  /** Each secret by its key, and where it is asked for first. */
  readonly secrets = new Map<string, SecretNeed>();
  readonly clusters: ClusterNeed[] = [];
}

/** What all nodes of one configuration share. */
export interface ReadContext {
  readonly catalog: TypeCatalog;
  readonly registry: ExtensionRegistry;
  readonly files: ConfigFiles;
  readonly problems: ProblemList;
  readonly needs: Needs;
}

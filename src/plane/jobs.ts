import type { ConfigDump } from '../api/config-dump.js';
import type { SecretReference } from '../api/config-node.js';
import type { Explanation, Probe } from '../api/explain.js';
import type { Problem } from '../base/errors.js';
import type { BootstrapModel } from '../config/bootstrap.js';
import type { AssignmentSource } from '../upstream/membership/assignments.js';
import type { Snapshot } from './snapshot.js';

/** What the job thread that reads configuration is asked. */
export interface LoadJob {
  readonly path?: string | undefined;
  readonly yamlText?: string | undefined;
  readonly allowUnknownFields: boolean;
  /** Modules with users' filters. */
  readonly modules: readonly string[];
  readonly report?: 'text' | 'json' | undefined;
  /** A request to be explained instead of being served. */
  readonly probe?: Probe | undefined;
}

/** What it answers. */
export interface LoadResult {
  readonly problems: readonly Problem[];
  readonly unsupported: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Null when there are problems. */
  readonly model: BootstrapModel | null;
  readonly snapshot: Snapshot | null;
  /** The bootstrap as `/config_dump` shows it. */
  readonly dump: ConfigDump;
  readonly report: string;
  /** Null unless a probe was given and the configuration is valid. */
  readonly explanation: Explanation | null;
}

/** Asks for one secret to be read anew; answers a `SecretFileResult`. */
export interface SecretJob {
  readonly secret: SecretReference;
}

/** Asks for assignments to be read; answers an `AssignmentAnswer` for each. */
export interface AssignmentJob {
  readonly assignments: readonly AssignmentSource[];
}

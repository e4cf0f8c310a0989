/** A problem of one place in a configuration: what `ConfigNode` collects and start-up prints. */
export interface Problem {
  /** `file.yaml:12:7`, or the xDS resource that carried it. */
  readonly location: string;
  /** Dotted path with indices, `static_resources.listeners[0].address`. */
  readonly path: string;
  /** What is wrong, what was expected, the nearest valid name. */
  readonly message: string;
}

/** Every problem of a configuration at once. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((p) => `${p.location}: ${p.path}: ${p.message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Explanation } from '../src/api/explain.js';
import type { ExtensionRegistry } from '../src/api/extension.js';
import type { Problem } from '../src/base/errors.js';
import type { Plain } from '../src/base/plain.js';
import { readAssignments } from '../src/config/assignments.js';
import { type BootstrapModel, parseBootstrap } from '../src/config/bootstrap.js';
import { configDump } from '../src/config/config-dump.js';
import { loadConfig } from '../src/config/load.js';
import type { ClusterNeed, ConfigFiles } from '../src/config/node/read-context.js';
import { reportJson, reportText } from '../src/config/report.js';
import { readSecretFile, resolveSecrets, type SecretFileResult } from '../src/config/secrets.js';
import { extensionRegistry } from '../src/extensions/index.js';
import type { AssignmentJob, LoadJob, LoadResult, SecretJob } from '../src/plane/jobs.js';
import { forMain } from '../src/plane/main-model.js';
import { explainOffline } from '../src/plane/offline.js';
import { type Snapshot, SnapshotWriter } from '../src/plane/snapshot.js';
import { loadUserExtensions, modulesOfBootstrap, resolveModule } from '../src/plane/user-modules.js';
import type { AssignmentAnswer, AssignmentReader } from '../src/upstream/membership/assignments.js';

/** The heavy work of configuration: read, check, compile, encode, report. Off main, so that main never waits. */
export default async function run(job: LoadJob): Promise<LoadResult>;
export default async function run(job: SecretJob): Promise<SecretFileResult>;
export default async function run(job: AssignmentJob): Promise<readonly AssignmentAnswer[]>;
export default async function run(
  job: LoadJob | SecretJob | AssignmentJob,
): Promise<LoadResult | SecretFileResult | readonly AssignmentAnswer[]> {
  if ('assignments' in job) {
    return job.assignments.map((source) => readAssignments(source, extensionRegistry(), files));
  }
  return 'secret' in job ? readSecretFile(job.secret, extensionRegistry(), files) : load(job);
}

const files: ConfigFiles = { read: (path) => readFileSync(path), env: (name) => process.env[name] };

async function load(job: LoadJob): Promise<LoadResult> {
  const loaded = loadConfig({
    path: job.path,
    yamlText: job.yamlText,
    registry: extensionRegistry(),
    files,
    unknownFields: job.allowUnknownFields ? 'warn' : 'reject',
  });
  const folder = job.path === undefined ? process.cwd() : dirname(resolve(job.path));
  const modules = [
    ...job.modules.map((name) => resolveModule(name, process.cwd())),
    ...modulesOfBootstrap(loaded.root, folder),
  ];
  const registry = await loadRegistry(modules);
  if (!('find' in registry)) return refused(registry, configDump(loaded.json()));
  const parsed = parseBootstrap(loaded.rootWith(registry), registry, modules);
  const secrets = resolveSecrets(loaded.needs.secrets.values(), parsed.secrets, registry, files);
  const model = { ...parsed, secrets: secrets.values, watchedSecrets: secrets.watched };
  const known = new Set(model.clusters.map((cluster) => cluster.name));
  const missing = loaded.needs.clusters
    .filter((need) => !known.has(need.name))
    .map((need) => unknownCluster(need));
  const outcome = loaded.finish();
  const problems = [...outcome.problems, ...missing, ...secrets.problems];
  const report =
    job.report === undefined
      ? ''
      : job.report === 'json'
        ? reportJson(outcome.verdicts())
        : reportText(outcome.verdicts());
  const isValid = problems.length === 0;
  const snapshot = isValid ? encode(model) : null;
  return {
    problems,
    unsupported: outcome.unsupported,
    warnings: outcome.warnings,
    model: isValid ? forMain(model) : null,
    snapshot,
    dump: configDump(loaded.json()),
    report,
    explanation: snapshot === null ? null : await explained(job, model, snapshot, registry),
  };
}

function explained(
  { probe }: LoadJob,
  model: BootstrapModel,
  snapshot: Snapshot,
  extensions: ExtensionRegistry,
): Promise<Explanation> | null {
  if (probe === undefined) return null;
  const reader: AssignmentReader = (source) => Promise.resolve(readAssignments(source, extensions, files));
  return explainOffline({ model, snapshot, extensions, readAssignments: reader }, probe);
}

/** All extensions; or what is wrong with a module, which leaves nothing else to be said. */
async function loadRegistry(modules: readonly string[]): Promise<ExtensionRegistry | Problem> {
  try {
    return extensionRegistry(await loadUserExtensions(modules));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { location: 'filter modules', path: '', message };
  }
}

function refused(problem: Problem, dump: LoadResult['dump']): LoadResult {
  return {
    problems: [problem],
    unsupported: [],
    warnings: [],
    model: null,
    snapshot: null,
    dump,
    report: '',
    explanation: null,
  };
}

function unknownCluster(need: ClusterNeed): Problem {
  const { source, line, column, path } = need.origin;
  return { location: `${source}:${line}:${column}`, path, message: `route: unknown cluster '${need.name}'` };
}

function encode(model: BootstrapModel): Snapshot {
  const writer = new SnapshotWriter();
  const clusters = model.clusters.map((cluster) => writer.write(cluster.name, cluster as Plain));
  const listeners = model.listeners.map((listener) => writer.write(listener.name, listener as Plain));
  return { version: 1, records: writer.finish(clusters, listeners) };
}

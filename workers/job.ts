import { readFileSync } from 'node:fs';
import type { Problem } from '../src/base/errors.js';
import type { Plain } from '../src/base/plain.js';
import { type BootstrapModel, parseBootstrap } from '../src/config/bootstrap.js';
import type { ClusterNeed } from '../src/config/node/read-context.js';
import { loadConfig } from '../src/config/load.js';
import { reportJson, reportText } from '../src/config/report.js';
import { extensionRegistry } from '../src/extensions/index.js';
import type { LoadJob, LoadResult } from '../src/plane/jobs.js';
import { type Snapshot, SnapshotWriter } from '../src/plane/snapshot.js';
import { loadUserExtensions } from '../src/plane/user-modules.js';

/** The heavy work of configuration: read, check, compile, encode, report. Off main, so that main never waits. */
export default async function run(job: LoadJob): Promise<LoadResult> {
  const registry = extensionRegistry(await loadUserExtensions(job.modules));
  const loaded = loadConfig({
    path: job.path,
    yamlText: job.yamlText,
    registry,
    files: { read: (path) => readFileSync(path), env: (name) => process.env[name] },
    unknownFields: job.allowUnknownFields ? 'warn' : 'reject',
  });
  const model = parseBootstrap(loaded.root);
  const known = new Set(model.clusters.map((cluster) => cluster.name));
  const missing = loaded.needs.clusters
    .filter((need) => !known.has(need.name))
    .map((need) => unknownCluster(need));
  const outcome = loaded.finish();
  const problems = [...outcome.problems, ...missing];
  const report =
    job.report === undefined ? '' : job.report === 'json' ? reportJson(outcome.verdicts()) : reportText(outcome.verdicts());
  const isValid = problems.length === 0;
  return {
    problems,
    unsupported: outcome.unsupported,
    warnings: outcome.warnings,
    model: isValid ? model : null,
    snapshot: isValid ? encode(model) : null,
    dump: JSON.stringify(loaded.json()),
    report,
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

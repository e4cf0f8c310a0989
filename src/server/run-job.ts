import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { SecretReference } from '../api/config-node.js';
import type { SecretFileResult } from '../config/secrets.js';
import type { AssignmentJob, LoadJob, LoadResult, SecretJob } from '../plane/jobs.js';
import type { AssignmentAnswer } from '../upstream/membership/assignments.js';

/** Loads the configuration in a job thread, which ends with it. */
export async function runLoadJob(job: LoadJob): Promise<LoadResult> {
  return (await runJob(job)) as LoadResult;
}

/** Reads one secret anew. */
export async function runSecretJob(secret: SecretReference): Promise<SecretFileResult> {
  return (await runJob({ secret })) as SecretFileResult;
}

/** Reads files of assignments, in that order. */
export async function runAssignmentJob(assignments: readonly string[]): Promise<readonly AssignmentAnswer[]> {
  return (await runJob({ assignments })) as readonly AssignmentAnswer[];
}

async function runJob(job: LoadJob | SecretJob | AssignmentJob): Promise<unknown> {
  const jobs = new Piscina({
    filename: fileURLToPath(new URL('../../workers/job.js', import.meta.url)),
    maxThreads: 1,
    atomics: 'disabled',
  });
  try {
    return await jobs.run(job);
  } finally {
    await jobs.destroy();
  }
}

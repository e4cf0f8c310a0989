import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { SecretReference } from '../api/config-node.js';
import type { SecretFileResult } from '../config/secrets.js';
import type { AssignmentJob, LoadJob, LoadResult, SecretJob } from '../plane/jobs.js';
import type { AssignmentAnswer, AssignmentSource } from '../upstream/membership/assignments.js';

/** Loads the configuration in a job thread, which ends with it. */
export async function runLoadJob(job: LoadJob): Promise<LoadResult> {
  return (await runJob(job)) as LoadResult;
}

/** Reads one secret anew. */
export async function runSecretJob(secret: SecretReference): Promise<SecretFileResult> {
  return (await runJob({ secret })) as SecretFileResult;
}

/** A job thread that reads assignments. It stays for a while: starting it takes longer than what it does. */
export class AssignmentJobs {
  private jobs: Piscina | null = null;

  /** Reads them in that order. */
  async run(assignments: readonly AssignmentSource[]): Promise<readonly AssignmentAnswer[]> {
    this.jobs ??= jobPool();
    const job: AssignmentJob = { assignments };
    return (await this.jobs.run(job)) as readonly AssignmentAnswer[];
  }

  async close(): Promise<void> {
    await this.jobs?.destroy();
    this.jobs = null;
  }
}

/** How long a thread that has nothing to do stays. */
const idleTimeoutMs = 30_000;

function jobPool(): Piscina {
  return new Piscina({
    filename: fileURLToPath(new URL('../../workers/job.js', import.meta.url)),
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleTimeoutMs,
    atomics: 'disabled',
  });
}

async function runJob(job: LoadJob | SecretJob): Promise<unknown> {
  const jobs = jobPool();
  try {
    return await jobs.run(job);
  } finally {
    await jobs.destroy();
  }
}

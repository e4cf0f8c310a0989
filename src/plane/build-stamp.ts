import { readFileSync } from 'node:fs';
import { programFile } from '../config/program-file.js';

/**
 * A digest of the program's files as they were when this thread loaded them. Threads meet over shared memory whose
 * layout is their code: a worker that was started from files replaced since then would misread it, and compares this
 * first.
 */
export const buildStamp: string = readFileSync(programFile('build-stamp'), 'utf8').trim();

#!/usr/bin/env node
import { ensureThreadPoolSize } from './server/thread-pool-size.js';

ensureThreadPoolSize();

// Loaded behind the line above, which may start the process anew.
const { runProgram } = await import('./server/program.js');
await runProgram(process.argv.slice(2), (code) => process.exit(code));

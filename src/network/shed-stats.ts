import { statBlock } from '../api/stats.js';

/** `overload.<load shed point>.` */
export const ShedStats = statBlock({ counters: ['shed_load_count'] });

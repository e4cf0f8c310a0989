import { bufferFamily } from './buffer-family.js';
import { corsFamily } from './cors-family.js';
import { csrfFamily } from './csrf-family.js';
import { faultFamily } from './fault-family.js';
import type { FilterFamily } from './filter-family.js';

/** Filters that look at, change or disturb requests without deciding about access. */
export const trafficFamilies: readonly FilterFamily[] = [bufferFamily, corsFamily, csrfFamily, faultFamily];

/** What they leave behind in their streams. */
export const trafficLog = 'fault=%DYNAMIC_METADATA(envoy.filters.http.fault)%';

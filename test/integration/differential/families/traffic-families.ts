import { bandwidthFamily } from './bandwidth-family.js';
import { bufferFamily } from './buffer-family.js';
import { corsFamily } from './cors-family.js';
import { csrfFamily } from './csrf-family.js';
import { faultFamily } from './fault-family.js';
import type { FilterFamily } from './filter-family.js';
import { healthFamily } from './health-family.js';
import { metadataFamily } from './metadata-family.js';
import { overloadFamily } from './overload-family.js';
import { responseFamily } from './response-family.js';
import { sessionFamily } from './session-family.js';

/** Filters that look at, change or disturb requests without deciding about access. */
export const trafficFamilies: readonly FilterFamily[] = [
  bandwidthFamily,
  bufferFamily,
  corsFamily,
  csrfFamily,
  faultFamily,
  healthFamily,
  metadataFamily,
  overloadFamily,
  responseFamily,
  sessionFamily,
];

/** What they leave behind in their streams. */
export const trafficLog = [
  'fault=%DYNAMIC_METADATA(envoy.filters.http.fault)%',
  'headers=%DYNAMIC_METADATA(envoy.filters.http.header_to_metadata)%',
  'json=%DYNAMIC_METADATA(envoy.filters.http.json_to_metadata)%',
  'lb=%DYNAMIC_METADATA(envoy.lb)%',
  'shown=%DYNAMIC_METADATA(shown)%',
  'state=%FILTER_STATE(shown)%',
  'plain=%FILTER_STATE(shown:PLAIN)%',
].join(' ');

import { bodyCases } from './body-cases.js';
import { connectionCases } from './connection-cases.js';
import { fieldCases } from './field-cases.js';
import { framingCases } from './framing-cases.js';
import { limitCases } from './limit-cases.js';
import { requestLineCases } from './request-line-cases.js';
import { responseCases } from './response-cases.js';
import { targetCases } from './target-cases.js';
import type { WireCase } from './wire-case.js';

export const suites: Readonly<Record<string, readonly WireCase[]>> = {
  'request line': requestLineCases,
  'request target': targetCases,
  fields: fieldCases,
  'framing and smuggling': framingCases,
  'connection header': connectionCases,
  'bodies, chunks and trailers': bodyCases,
  limits: limitCases,
  responses: responseCases,
};

export const allCases: readonly WireCase[] = Object.values(suites).flat();

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeaders } from '../../../../../../src/base/header-map.js';
import { admissionControlFilter } from '../../../../../../src/extensions/filters/http/admission-control/admission-control.js';
import { parseAdmissionControl } from '../../../../../../src/extensions/filters/http/admission-control/config.js';
import { readText } from '../../../../../support/config-text.js';
import { filterThread } from '../../../../../support/filter-stream.js';
import { requestHeaders } from '../../../../../support/stream-info.js';

const type = 'envoy.extensions.filters.http.admission_control.v3.AdmissionControl';

/** A filter whose draws are always that number. */
function begin(config: string, draw: number, values: { readonly [key: string]: number } = {}) {
  const random = { u32: () => draw, below: () => draw, uuid: () => '' };
  const thread = filterThread(values, { random });
  const { value, problems } = readText(type, config, parseAdmissionControl);
  deepEqual(problems, []);
  const start = thread.build(admissionControlFilter, value);
  const exchange = (fields: readonly (readonly [string, string])[], status: number): number => {
    const { filter, replies } = start();
    filter.onRequestHeaders?.(requestHeaders('/'), true);
    if (replies.length > 0) return replies[0]?.status ?? 0;
    const headers = new ResponseHeaders(status);
    for (const [name, text] of fields) headers.add(name, text);
    filter.onResponseHeaders?.(headers, true);
    return status;
  };
  return { ...thread, start, exchange, answer: (status: number) => exchange([], status) };
}

test('nothing is refused while answers are good', () => {
  const { answer, stats } = begin('{ success_criteria: {} }', 0);
  for (let i = 0; i < 20; i++) equal(answer(200), 200);
  equal(stats.get('http.test.admission_control.rq_success'), 20);
  equal(stats.get('http.test.admission_control.rq_rejected'), undefined);
});

test('bad answers are followed by refusals, up to the greatest probability', () => {
  const certain = begin('{ success_criteria: {} }', 7999);
  for (let i = 0; i < 10; i++) certain.answer(500);
  equal(certain.answer(200), 503);
  equal(certain.stats.get('http.test.admission_control.rq_rejected'), 7);
  const lucky = begin('{ success_criteria: {} }', 8000);
  for (let i = 0; i < 10; i++) equal(lucky.answer(500), 500);
});

test('what has left the window is forgotten', () => {
  const { answer, time } = begin('{ success_criteria: {}, sampling_window: 5s }', 5000);
  answer(500);
  answer(500);
  equal(answer(500), 503);
  time.advance(5001);
  equal(answer(200), 200);
});

test('few requests per second are never refused', () => {
  const { answer } = begin(
    '{ success_criteria: {}, sampling_window: 1s, rps_threshold: { default_value: 5, runtime_key: rps } }',
    0,
  );
  for (let i = 0; i < 5; i++) equal(answer(500), 500);
  equal(answer(500), 503);
});

test('runtime has the last word', () => {
  const config = `{ success_criteria: {},
    aggression: { default_value: 1, runtime_key: aggression },
    max_rejection_probability: { default_value: { value: 80 }, runtime_key: most } }`;
  const { answer } = begin(config, 9000, { aggression: 100, most: 95 });
  answer(500);
  equal(answer(500), 503);
});

test('criteria say what a success is, for HTTP and gRPC', () => {
  const config = `{ success_criteria: {
    http_criteria: { http_success_status: [{ start: 200, end: 201 }] },
    grpc_criteria: { grpc_success_status: [5] } } }`;
  const { exchange, answer, stats } = begin(config, 9999);
  answer(200);
  answer(201);
  const grpc = (status: string) =>
    exchange(
      [
        ['content-type', 'application/grpc'],
        ['grpc-status', status],
      ],
      200,
    );
  grpc('5');
  grpc('0');
  equal(stats.get('http.test.admission_control.rq_success'), 2);
  equal(stats.get('http.test.admission_control.rq_failure'), 2);
});

test('bad criteria are told', () => {
  const config = `{ sr_threshold: { default_value: { value: 0.5 }, runtime_key: a }, success_criteria: {
    http_criteria: { http_success_status: [{ start: 300, end: 200 }] },
    grpc_criteria: { grpc_success_status: [17] } } }`;
  deepEqual(readText(type, config, parseAdmissionControl).problems, [
    'Success rate threshold cannot be less than 1.0%.',
    'invalid HTTP range: [300, 200)',
    'invalid gRPC code 17',
  ]);
});

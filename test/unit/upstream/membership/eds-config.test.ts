import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseEds, sourceProblem } from '../../../../src/upstream/membership/eds-config.js';
import { readText } from '../../../support/config-text.js';

const read = (source: string, rest = '') =>
  readText(
    'envoy.config.cluster.v3.Cluster',
    `name: c\ntype: EDS\neds_cluster_config: {eds_config: {${source}}${rest}}`,
    parseEds,
  );

const rest = (fields: string) => read(`api_config_source: {api_type: REST, ${fields}}`);

describe('EDS source', () => {
  test('REST names the cluster that is asked, how often and how patiently', () => {
    const { value, problems } = rest('cluster_names: [asked], refresh_delay: 30s');
    deepEqual(problems, []);
    deepEqual(value?.rest, { cluster: 'asked', refreshMs: 30_000, timeoutMs: 1000 });
    equal(value?.initialFetchMs, 15_000);
  });

  test('REST needs one cluster, and says how often', () => {
    match(rest('cluster_names: [asked]').problems.join(), /^refresh_delay is required/);
    match(
      rest('cluster_names: [a, b], refresh_delay: 1s').problems.join(),
      /must have a singleton cluster name/,
    );
    match(rest('refresh_delay: 1s').problems.join(), /either a gRPC service or a cluster name/);
    const service = 'grpc_services: [{envoy_grpc: {cluster_name: asked}}]';
    match(
      rest(`cluster_names: [asked], refresh_delay: 1s, ${service}`).problems.join(),
      /must not have a gRPC service/,
    );
  });

  test('other sources are told to be missing', () => {
    const { value, unsupported } = read('api_config_source: {api_type: GRPC}');
    equal(value, null);
    deepEqual(
      unsupported.filter((path) => path.endsWith('api_type')),
      ['eds_cluster_config.eds_config.api_config_source.api_type'],
    );
  });

  test('the cluster that is asked is there, and has hosts of its own', () => {
    const source = { cluster: 'asked', refreshMs: 1, timeoutMs: 1 };
    equal(
      sourceProblem(source, () => 'STATIC'),
      '',
    );
    match(
      sourceProblem(source, () => 'EDS'),
      /must have a statically defined non-EDS cluster: 'asked'/,
    );
    match(
      sourceProblem(source, () => undefined),
      /'asked' does not exist/,
    );
  });
});

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { TagExtractor } from '../../../src/stats/tags.js';

/** Full name, what is left of it, and its tags in order, as a real Envoy prints them. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['cluster.c1.upstream_rq_200', 'cluster.upstream_rq', 'response_code=200 cluster_name=c1'],
  ['cluster.c1.upstream_rq_2xx', 'cluster.upstream_rq_xx', 'response_code_class=2 cluster_name=c1'],
  ['cluster.c1.upstream_rq_2000', 'cluster.upstream_rq_2000', 'cluster_name=c1'],
  ['cluster.odd.name_x.membership_total', 'cluster.name_x.membership_total', 'cluster_name=odd'],
  [
    'cluster.a.grpc.Svc.Method.success',
    'cluster.grpc.success',
    'grpc_bridge_method=Method grpc_bridge_service=Svc cluster_name=a',
  ],
  ['cluster.a.ext_authz.pre.ok', 'cluster.ext_authz.ok', 'cluster_name=a ext_authz_prefix=pre'],
  ['cluster.a.ssl.ciphers.AES', 'cluster.ssl.ciphers', '!cipher_suite=AES cluster_name=a'],
  ['cluster.a.ssl.versions.TLSv1.2', 'cluster.ssl.versions', 'ssl_version=TLSv1.2 cluster_name=a'],
  ['cluster.a.ssl.curves.X25519', 'cluster.ssl.curves', 'ssl_curve=X25519 cluster_name=a'],
  ['http.h.downstream_rq_total', 'http.downstream_rq_total', 'http_conn_manager_prefix=h'],
  [
    'http.h.fault.dc.aborts_injected',
    'http.fault.aborts_injected',
    'fault_downstream_cluster=dc http_conn_manager_prefix=h',
  ],
  ['http.h.fault.aborts_injected', 'http.fault.aborts_injected', 'http_conn_manager_prefix=h'],
  [
    'http.h.user_agent.ios.downstream_cx_total',
    'http.user_agent.downstream_cx_total',
    'http_user_agent=ios http_conn_manager_prefix=h',
  ],
  [
    'http.h.rds.my.rc.config_reload',
    'http.rds.config_reload',
    'rds_route_config=my.rc http_conn_manager_prefix=h',
  ],
  [
    'http.h.rbac.pfx.policy.any.allowed',
    'http.rbac.policy.allowed',
    'rbac_policy_name=any rbac_http_prefix=pfx http_conn_manager_prefix=h',
  ],
  ['http.h.rbac.pfx.allowed', 'http.rbac.allowed', 'rbac_http_prefix=pfx http_conn_manager_prefix=h'],
  ['http.h.rbac.allowed', 'http.rbac.allowed', 'http_conn_manager_prefix=h'],
  [
    'http.h.dynamodb.table.T.capacity.Get.__partition_id=abcdefg',
    'http.dynamodb.table.capacity',
    'dynamo_partition_id=abcdefg dynamo_operation=Get dynamo_table=T http_conn_manager_prefix=h',
  ],
  [
    'listener.127.0.0.1_80.worker_3.downstream_cx_total',
    'listener.worker.downstream_cx_total',
    'worker_id=3 listener_address=127.0.0.1_80',
  ],
  [
    'listener.[__1]_80.http.h.downstream_rq_2xx',
    'listener.http.downstream_rq_xx',
    'response_code_class=2 http_conn_manager_prefix=h listener_address=[__1]_80',
  ],
  ['listener.admin.main_thread.downstream_cx_total', 'listener.admin.main_thread.downstream_cx_total', ''],
  [
    'listener.l.ssl.certificate.c1.expiration_unix_time_seconds',
    'listener.ssl.certificate.expiration_unix_time_seconds',
    'tls_certificate=c1 listener_address=l',
  ],
  ['server.worker_2.watchdog_miss', 'server.worker.watchdog_miss', 'worker_id=2'],
  ['server.uptime', 'server.uptime', ''],
  [
    'vhost.v.vcluster.vc.upstream_rq_200',
    'vhost.vcluster.upstream_rq',
    'response_code=200 virtual_cluster=vc virtual_host=v',
  ],
  ['vhost.v.route.rt.upstream_rq_time', 'vhost.route.upstream_rq_time', 'virtual_host=v route=rt'],
  ['mongo.m.collection.c.query.total', 'mongo.collection.query.total', 'mongo_collection=c mongo_prefix=m'],
  [
    'mongo.m.collection.c.callsite.s.query.total',
    'mongo.collection.callsite.query.total',
    'mongo_callsite=s mongo_collection=c mongo_prefix=m',
  ],
  [
    'proxy_proto.pp.versions.v1.found',
    'proxy_proto.found',
    'proxy_protocol_prefix=pp proxy_protocol_version=1',
  ],
  ['proxy_proto.versions.v2.found', 'proxy_proto.found', 'proxy_protocol_version=2'],
  ['proxy_proto.not_found_allowed', 'proxy_proto.not_found_allowed', ''],
  ['p.rbac.allowed', 'rbac.allowed', 'rbac_prefix=p'],
  ['foo.http_local_rate_limit.ok', 'http_local_rate_limit.ok', 'local_http_ratelimit_prefix=foo'],
  ['tcp.t.downstream_cx_total', 'tcp.downstream_cx_total', 'tcp_prefix=t'],
  ['sds.name.update_success', 'sds.update_success', 'xds_resource_name=name'],
];

function shown(name: string): string {
  return name.startsWith('envoy.') ? name.slice('envoy.'.length) : `!${name}`;
}

test('the default tags are taken out as Envoy takes them out', () => {
  const extractor = new TagExtractor();
  for (const [name, left, tags] of CASES) {
    const identity = extractor.identify(name);
    equal(identity.extractedName, left, name);
    equal(identity.tags.map((tag) => `${shown(tag.name)}=${tag.value}`).join(' '), tags, name);
  }
});

test('without rules a name is itself', () => {
  deepEqual(new TagExtractor([]).identify('cluster.a.b'), {
    name: 'cluster.a.b',
    extractedName: 'cluster.a.b',
    tags: [],
  });
});

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { DomainIndex, withoutPort } from '../../../src/route/domains.js';
import { find, readRoutes, routeTable } from '../../support/route-table.js';

const index = new DomainIndex([
  ['example.com', 'exact'],
  ['*.example.com', 'suffix'],
  ['*.api.example.com', 'longer suffix'],
  ['www.*', 'prefix'],
  ['www.example.*', 'longer prefix'],
  ['*', 'any'],
]);

test('exact wins over suffixes, suffixes over prefixes, longer over shorter, the star is last', () => {
  equal(index.find('example.com'), 'exact');
  equal(index.find('a.example.com'), 'suffix');
  equal(index.find('a.api.example.com'), 'longer suffix');
  equal(index.find('www.example.com'), 'suffix');
  equal(index.find('www.example.org'), 'longer prefix');
  equal(index.find('www.org'), 'prefix');
  equal(index.find('other'), 'any');
});

test('a wildcard stands for at least one character, and case does not matter', () => {
  equal(index.find('.example.com'), 'any');
  equal(index.find('www.'), 'any');
  equal(index.find('EXAMPLE.com'), 'exact');
  equal(index.find('A.Example.COM'), 'suffix');
});

test('the port belongs to the host unless it is to be ignored', () => {
  equal(index.find('example.com:80'), 'any');
  equal(withoutPort('example.com:80'), 'example.com');
  equal(withoutPort('[::1]:80'), '[::1]');
  equal(withoutPort('[::1]'), '[::1]');
  equal(withoutPort('example.com'), 'example.com');
  const hosts = (extra: string) =>
    `{name: r, ${extra} virtual_hosts: [{name: a, domains: [A.com], routes: [{name: x, match: {prefix: /}, direct_response: {status: 200}}]}]}`;
  equal(find(routeTable(hosts('')), { path: '/', host: 'a.com:80' }), null);
  equal(
    find(routeTable(hosts('ignore_port_in_host_matching: true,')), { path: '/', host: 'a.com:80' })?.name,
    'x',
  );
});

test('another header can name the virtual host', () => {
  const table = routeTable(
    '{name: r, vhost_header: X-Host, virtual_hosts: [{name: a, domains: [a.com], routes: [{name: x, match: {prefix: /}, direct_response: {status: 200}}]}]}',
  );
  equal(find(table, { path: '/', host: 'a.com' }), null);
  equal(find(table, { path: '/', fields: [['x-host', 'a.com']] })?.name, 'x');
});

test('a domain may be claimed once', () => {
  const host = (name: string, domain: string) => `{name: ${name}, domains: ["${domain}"]}`;
  deepEqual(readRoutes(`{name: r, virtual_hosts: [${host('a', '*')}, ${host('b', '*')}]}`).problems, [
    'Only a single wildcard domain is permitted in route r',
  ]);
  deepEqual(readRoutes(`{name: r, virtual_hosts: [${host('a', 'x.com')}, ${host('b', 'X.com')}]}`).problems, [
    'Only unique values for domains are permitted. Duplicate entry of domain x.com in route r',
  ]);
});

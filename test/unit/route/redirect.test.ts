import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { readRoutes, routeInput, type TestRequest, tableOf } from '../../support/route-table.js';

function redirect(action: string, request: TestRequest, match = '{prefix: /red}'): string {
  const input = routeInput({
    ...request,
    fields: [['x-forwarded-proto', 'http'], ...(request.fields ?? [])],
  });
  const view = tableOf(`{match: ${match}, redirect: {${action}}}`).find(input)?.action;
  return view?.kind === 'redirect' ? `${view.status} ${view.location(input)}` : 'no redirect';
}

test('host, scheme and path are replaced one by one', () => {
  equal(
    redirect('host_redirect: h.com, prefix_rewrite: /new', { path: '/red/a?x=1' }),
    '301 http://h.com/new/a?x=1',
  );
  equal(redirect('https_redirect: true', { path: '/red' }), '301 https://example.com/red');
  equal(
    redirect('scheme_redirect: ftp, response_code: FOUND', { path: '/red' }),
    '302 ftp://example.com/red',
  );
  equal(
    redirect('path_redirect: new, response_code: PERMANENT_REDIRECT', { path: '/red?x' }),
    '308 http://example.com/new?x',
  );
});

test('a query in path_redirect wins over everything about queries', () => {
  equal(
    redirect('path_redirect: "/p?x=1", strip_query: true', { path: '/red?x=2' }),
    '301 http://example.com/p?x=1',
  );
  equal(redirect('path_redirect: /p, strip_query: true', { path: '/red?x=2' }), '301 http://example.com/p');
  equal(redirect('host_redirect: h, strip_query: true', { path: '/red?x=2' }), '301 http://h/red');
});

test('ports go when another is given or when they were the default of the old scheme', () => {
  equal(
    redirect('port_redirect: 81, scheme_redirect: ftp', { path: '/red', host: 'a:80' }),
    '301 ftp://a:81/red',
  );
  equal(redirect('https_redirect: true', { path: '/red', host: 'a:80' }), '301 https://a/red');
  equal(redirect('https_redirect: true', { path: '/red', host: 'a:8080' }), '301 https://a:8080/red');
  equal(redirect('https_redirect: true', { path: '/red', host: '[::1]:80' }), '301 https://[::1]/red');
  equal(redirect('https_redirect: true', { path: '/red', host: '[::1]' }), '301 https://[::1]/red');
  equal(redirect('path_redirect: /x', { path: '/red', host: 'a:80' }), '301 http://a:80/x');
});

test('a regex rewrite works on the path and records the old one', () => {
  const action = "regex_rewrite: {pattern: {regex: '/red/([a-z]+)'}, substitution: '/\\1/z'}";
  const input = routeInput({ path: '/red/abc/d/?q=1' });
  const view = tableOf(`{match: {prefix: /red}, redirect: {${action}}}`).find(input)?.action;
  equal(view?.kind === 'redirect' && view.location(input), 'http://example.com/abc/z/d/?q=1');
  equal(input.headers.get('x-envoy-original-path'), '/red/abc/d/?q=1');
});

test('every field of a redirect is read', () => {
  const { problems, unsupported } = readRoutes(
    '{name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, redirect: {https_redirect: true, host_redirect: h, port_redirect: 1, path_redirect: /p, response_code: FOUND, strip_query: true}}]}]}',
  );
  deepEqual([problems, unsupported], [[], []]);
});

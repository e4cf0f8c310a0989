import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { RequestHeaders } from '../../../src/base/header-map.js';
import { normalizeHost, normalizePath } from '../../../src/http/path-rules.js';
import { managerSettings } from './manager-settings.js';

function normalized(yaml: string, path: string): string {
  const headers = new RequestHeaders();
  headers.path = path;
  const outcome = normalizePath(headers, managerSettings(yaml));
  return `${outcome} ${headers.path}`;
}

test('a path stays as it is unless the configuration says otherwise', () => {
  equal(normalized('', '/a/../b//%2F\\'), 'ok /a/../b//%2F\\');
});

test('a fragment is refused', () => {
  equal(normalized('', '/a#b'), 'reject /a#b');
});

test('dot segments, encoded ones too, are resolved and never climb above the root', () => {
  const yaml = 'normalize_path: true';
  equal(normalized(yaml, '/a/./b/../c'), 'ok /a/c');
  equal(normalized(yaml, '/a/%2e%2E/b/.'), 'ok /b/');
  equal(normalized(yaml, '/../../x'), 'ok /x');
  equal(normalized(yaml, '/a/..'), 'ok /');
});

test('unreserved characters are decoded, illegal ones encoded, other escapes kept letter for letter', () => {
  const yaml = 'normalize_path: true';
  equal(normalized(yaml, '/%41%7e%2fx%c3'), 'ok /A~%2fx%c3');
  equal(normalized(yaml, '/a"<>^`{|}'), 'ok /a%22%3C%3E%5E%60%7B%7C%7D');
  equal(normalized(yaml, '/a%4/%zz'), 'ok /a%4/%zz');
  equal(normalized(yaml, '/a\\b'), 'ok /a/b');
});

test('an encoded NUL is refused', () => {
  equal(normalized('normalize_path: true', '/a%00'), 'reject /a%00');
});

test('the query is left alone', () => {
  const yaml =
    'normalize_path: true\nmerge_slashes: true\npath_with_escaped_slashes_action: UNESCAPE_AND_FORWARD';
  equal(normalized(yaml, '/a//b?x=/../%2F//'), 'ok /a/b?x=/../%2F//');
});

test('slashes are merged after dots are resolved', () => {
  equal(normalized('normalize_path: true\nmerge_slashes: true', '/a//../b///c'), 'ok /a/b/c');
});

test('escaped slashes are refused, redirected or unescaped', () => {
  const action = (name: string) => `path_with_escaped_slashes_action: ${name}`;
  equal(normalized(action('REJECT_REQUEST'), '/a%2Fb'), 'reject /a/b');
  equal(normalized(action('REJECT_REQUEST'), '/ab?%2F'), 'ok /ab?%2F');
  equal(normalized(action('UNESCAPE_AND_REDIRECT'), '/a%5cb'), 'redirect /a\\b');
  equal(normalized(action('UNESCAPE_AND_FORWARD'), '/a%2fb'), 'ok /a/b');
});

function host(yaml: string, authority: string): string {
  const headers = new RequestHeaders();
  headers.authority = authority;
  normalizeHost(headers, managerSettings(yaml), 8080);
  return headers.authority;
}

test('ports and trailing dots of hosts go when the configuration says so', () => {
  equal(host('', 'a.com.:8080'), 'a.com.:8080');
  equal(host('strip_trailing_host_dot: true', 'a.com.:8080'), 'a.com:8080');
  equal(host('strip_any_host_port: true', 'a.com:1'), 'a.com');
  equal(host('strip_matching_host_port: true', 'a.com:8080'), 'a.com');
  equal(host('strip_matching_host_port: true', 'a.com:81'), 'a.com:81');
  equal(host('strip_any_host_port: true', '[::1]'), '[::1]');
  equal(host('strip_any_host_port: true', '[::1]:80'), '[::1]');
});

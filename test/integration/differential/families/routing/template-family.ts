import type { Plain } from '../../../../../src/base/plain.js';
import { type DifferentialCase, get, simple } from '../../differential-case.js';
import { type Fields, type FilterFamily, typed } from '../filter-family.js';

function template(path: string, rewrite = '', action: Fields = {}): Plain {
  const rewritePolicy = {
    path_rewrite_policy: {
      name: 'envoy.path.rewrite.uri_template.uri_template_rewriter',
      typed_config: typed('envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig', {
        path_template_rewrite: rewrite,
      }),
    },
  };
  return {
    match: {
      path_match_policy: {
        name: 'envoy.path.match.uri_template.uri_template_matcher',
        typed_config: typed('envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig', {
          path_template: path,
        }),
      },
    },
    name: path.replaceAll(/[{}*=/]/g, '_'),
    route: { cluster: 'main', ...(rewrite === '' ? {} : rewritePolicy), ...action },
  };
}

const routes: readonly Plain[] = [
  template('/one/*'),
  template('/two/*/end'),
  template('/all/**'),
  template('/named/{first}/{second}', '/{second}/{first}/x'),
  template('/video/{name=**}.m3u8', '/play/{name}'),
  template('/api/{rest=v1/*/items/**}', '/v2/{rest}'),
  template('/dots/v1.2/{id}', '/id/{id}'),
  template('/host/{a}', '/{a}', { host_rewrite_literal: 'other.local' }),
  { match: { prefix: '/' }, name: 'none', direct_response: { status: 404 } },
];

const targets = [
  '/one/a',
  '/one/',
  '/one/a/b',
  '/one/a?x=/y',
  '/one/a=b',
  '/one/a%20b',
  '/one/a*b',
  '/one/~a_b-c.d',
  '/one/a@b:c;d,e',
  '/two/x/end',
  '/two/x/y/end',
  '/two//end',
  '/all/',
  '/all',
  '/all/a/b/c',
  '/named/a/b?q=1',
  '/named/a/',
  '/named/a/b/c',
  '/video/a/b/c.m3u8',
  '/video/.m3u8',
  '/video/a.mp4',
  '/api/v1/x/items/1/2?z',
  '/api/v1/x/items/',
  '/api/v2/x/items/1',
  '/dots/v1.2/7',
  '/dots/v1x2/7',
  '/host/h%2Fi',
];

const cases: readonly DifferentialCase[] = targets.map((target) =>
  simple(`template: ${target}`, get(target), { listener: 'templates' }),
);

export const templateFamily: FilterFamily = { listeners: { templates: { filters: [], routes } }, cases };

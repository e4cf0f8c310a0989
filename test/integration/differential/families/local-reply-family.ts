import type { Plain } from '../../../../src/base/plain.js';
import { type DifferentialCase, get, reply, request, simple } from '../differential-case.js';
import type { FilterFamily } from './filter-family.js';

const json = { 'json-code': '%RESPONSE_CODE%', text: '%LOCAL_REPLY_BODY%', path: '%REQ(:path)%' };

function statusIs(code: number, op = 'EQ'): Plain {
  return {
    status_code_filter: { comparison: { op, value: { default_value: code, runtime_key: 'none.such' } } },
  };
}

function headerIs(name: string, value: string): Plain {
  return { header_filter: { header: { name, string_match: { exact: value } } } };
}

const mappers: Plain[] = [
  { filter: headerIs('x-case', 'body'), body: { inline_string: 'another body' } },
  { filter: headerIs('x-case', 'status'), status_code: 451 },
  { filter: headerIs('x-case', 'status-204'), status_code: 204, body: { inline_string: 'never shown' } },
  {
    filter: headerIs('x-case', 'json'),
    body_format_override: { json_format: json },
    headers_to_add: [{ header: { key: 'x-mapped', value: '%RESPONSE_CODE%-%REQ(x-case)%' } }],
  },
  {
    filter: headerIs('x-case', 'type'),
    body: { inline_string: '<b>' },
    body_format_override: {
      text_format_source: { inline_string: '%LOCAL_REPLY_BODY%|%RESPONSE_CODE_DETAILS%|%RESP(:status)%' },
      content_type: 'text/html; charset=UTF-8',
    },
  },
  {
    filter: { and_filter: { filters: [headerIs('x-case', 'and'), statusIs(404)] } },
    status_code: 410,
    headers_to_add: [
      { header: { key: 'content-type', value: 'text/own' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' },
    ],
    body: { inline_string: 'gone' },
  },
  {
    filter: {
      or_filter: { filters: [headerIs('x-case', 'or'), { response_flag_filter: { flags: ['UF'] } }] },
    },
    status_code: 599,
  },
  { filter: { response_flag_filter: { flags: ['NR'] } }, body: { inline_string: 'no such place' } },
  {
    filter: { runtime_filter: { runtime_key: 'none.such', percent_sampled: { numerator: 0 } } },
    status_code: 200,
  },
  { filter: statusIs(500, 'GE'), headers_to_add: [{ header: { key: 'x-broken', value: 'yes' } }] },
  {
    filter: {
      duration_filter: { comparison: { op: 'GE', value: { default_value: 90_000, runtime_key: 'd' } } },
    },
    status_code: 500,
  },
];

const routes: Plain[] = [
  { match: { prefix: '/direct' }, direct_response: { status: 200, body: { inline_string: 'straight' } } },
  { match: { prefix: '/empty' }, direct_response: { status: 404 } },
  { match: { prefix: '/moved' }, redirect: { path_redirect: '/there' } },
  { match: { prefix: '/refused' }, route: { cluster: 'refused' } },
  { match: { prefix: '/no-cluster' }, route: { cluster_header: 'x-nowhere' } },
  { match: { prefix: '/slow' }, route: { cluster: 'main', timeout: '0.05s' } },
];

const paths = ['/direct', '/empty', '/moved', '/refused', '/no-cluster'];
const kinds = ['body', 'status', 'json', 'type', 'and', 'or', 'none'];

function cases(): DifferentialCase[] {
  const all: DifferentialCase[] = [];
  for (const path of paths) {
    for (const kind of kinds)
      all.push(simple(`${path} mapped by ${kind}`, get(path, [['x-case', kind]]), { listener: 'replies' }));
    all.push(simple(`${path} with a format for all`, get(path), { listener: 'reply-format' }));
    all.push(simple(`${path} with a JSON format for all`, get(path), { listener: 'reply-json' }));
  }
  return [
    ...all,
    simple('a body mapped to a status that has none', get('/direct', [['x-case', 'status-204']]), {
      listener: 'replies',
    }),
    simple('HEAD of a mapped reply', request('HEAD', '/direct', [['x-case', 'json']]), {
      listener: 'replies',
    }),
    simple('a gRPC client of a mapped reply', get('/refused', [['content-type', 'application/grpc']]), {
      listener: 'replies',
    }),
    simple(
      'a gRPC client of a mapped status',
      get('/direct', [
        ['content-type', 'application/grpc'],
        ['x-case', 'status'],
      ]),
      { listener: 'replies' },
    ),
    simple('a timeout that is mapped', get('/slow', [['x-case', 'json']]), {
      listener: 'replies',
      origin: [['hang']],
    }),
    simple('answers of origins are not mapped', get('/origin', [['x-case', 'json']]), {
      listener: 'replies',
      origin: [reply('503 Service Unavailable', [], 'down')],
    }),
    simple('a refusal by the codec is mapped', 'GET / HTTP/1.1\r\nhost: a\r\nbad name: x\r\n\r\n', {
      listener: 'replies',
    }),
    simple('a refusal by the codec in JSON', 'GET / HTTP/2.9\r\nhost: a\r\n\r\n', { listener: 'reply-json' }),
    simple('no host in JSON', 'GET / HTTP/1.1\r\n\r\n', { listener: 'reply-json' }),
  ];
}

/** What `local_reply_config` makes of the proxy's own answers. */
export const localReplyFamily: FilterFamily = {
  listeners: {
    replies: { filters: [], routes, manager: { local_reply_config: { mappers } } },
    'reply-format': {
      filters: [],
      routes,
      manager: {
        local_reply_config: {
          body_format: {
            text_format: 'code=%RESPONSE_CODE% body=%LOCAL_REPLY_BODY% flags=%RESPONSE_FLAGS%\n',
          },
        },
      },
    },
    'reply-json': {
      filters: [],
      routes,
      manager: { local_reply_config: { body_format: { json_format: json } } },
    },
  },
  cases: cases(),
};

import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { explanationText } from '../../../src/admin/explain-text.js';
import { parseProbe } from '../../../src/admin/probe.js';
import type { Explanation, Trial } from '../../../src/api/explain.js';
import { ask, FakeViews } from './fake-views.js';

const text = {
  headers: [],
  listener: '',
  source: '',
  destination: '',
  sni: '',
  alpn: '',
  isHttp2: false,
  random: '',
};
const probe = parseProbe({ ...text, request: 'GET http://a.test/x' });

function failed(i: number): Trial {
  return {
    name: `r${i}`,
    match: 'm',
    origin: `f:${i}:1`,
    verdict: 'failed',
    failed: { condition: `path is '/${i}'`, got: '/x' },
  };
}

const hit: Trial = {
  name: 'hit',
  match: 'path begins with',
  origin: 'f:9:1',
  verdict: 'chosen',
  failed: null,
};

function explanation(): Explanation {
  if (typeof probe === 'string') throw new Error(probe);
  return {
    probe,
    problem: '',
    notes: ['take care'],
    listener: {
      name: 'main',
      addresses: ['0.0.0.0:80'],
      origin: 'f:1',
      why: 'the only one',
      listenerFilters: [],
    },
    chains: [{ ...hit, name: 'chain' }],
    chain: { name: 'chain', origin: 'f:2:1', transport: 'raw_buffer', filters: [] },
    protocol: {
      kind: 'http',
      statPrefix: 'http.in',
      client: '127.0.0.1:40000',
      isInternal: false,
      refused: null,
      settings: [{ name: 'request_timeout', value: 'none', origin: 'default' }],
      routing: {
        table: 't',
        authority: 'a.test',
        virtualHosts: [hit],
        matcher: [],
        routes: [...Array.from({ length: 20 }, (_, i) => failed(i)), hit, { ...hit, verdict: 'not-reached' }],
      },
      filters: [
        { name: 'cors', type: '', origin: '', state: 'disabled', why: 'disabled on the route', overrides: 0 },
        { name: 'router', type: '', origin: '', state: 'runs', why: '', overrides: 1 },
      ],
      action: { kind: 'redirect', status: 301, location: 'http://b.test/' },
      changes: [],
    },
  };
}

test('the text has the nearest candidates with why they failed, and all of them when asked', () => {
  const short = explanationText(explanation());
  match(
    short,
    /routes: 22, of them 20 failed, 1 not reached\n {4}8 more failed before these; --all lists them\n {2}x route r8: path is '\/8'; it is \/x {2}\[f:8:1\]/,
  );
  match(short, /note: take care/);
  match(short, / {2}x cors \(disabled on the route\)\n {4}router, 1 override around the route/);
  match(short, /answer: 301 to http:\/\/b\.test\//);
  const full = explanationText(explanation(), true);
  match(full, /x route r0: /);
  match(full, / {4}route hit: path begins with \(not reached\)/);
});

test('a problem stands in the place of an answer', () => {
  const { probe: asked } = explanation();
  const nothing: Explanation = { ...explanation(), probe: asked, problem: 'no chain', protocol: null };
  match(explanationText(nothing), /no answer: no chain\n$/);
});

test('the page answers in both formats, and says what it cannot read', async () => {
  const views = new FakeViews();
  views.explanation = explanation();
  const page = await ask(views, 'GET /explain?request=http://a.test/&format=json');
  deepEqual(JSON.parse(page.body), JSON.parse(JSON.stringify(views.explanation)));
  match((await ask(views, 'GET /explain?request=http://a.test/')).body, /^GET http:\/\/a\.test\/x from 127/);
  equal((await ask(views, 'GET /explain?request=x')).status, 400);
  views.explanation = null;
  equal((await ask(views, 'GET /explain?request=http://a.test/')).status, 503);
});

import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { autopsiesText, autopsySentence, autopsyText, idleAdvice } from '../../../src/format/autopsy-text.js';
import { compileFormat, formatProblem } from '../../../src/format/text-format.js';
import { autopsy, connectionAutopsy } from '../../support/autopsies.js';
import { logContext, streamInfo } from '../../support/stream-info.js';

test('an autopsy is one word that a log line can hold', () => {
  equal(
    autopsyText(autopsy()),
    'keep-alive-race,host=10.0.0.1:80,try=1,after=3.2ms,connection=7,age=6200ms,connect=2ms,idle=5000ms,requests=3,sent=84B,received=0B,closed-by=upstream,errno=ECONNRESET,final',
  );
  const timer = { name: 'connect_timeout', ms: 250, setting: 'x' };
  const dial = connectionAutopsy({
    connectMs: null,
    requests: 0,
    errno: '',
    closedBy: 'proxy',
    idleMs: null,
  });
  const late = autopsy({ cause: 'connect-timeout', timer, connection: dial, detail: 'a, "b"; c' });
  equal(
    autopsyText(late),
    'connect-timeout,host=10.0.0.1:80,try=1,after=3.2ms,connect_timeout=250ms,connection=7,age=6200ms,closed-by=proxy,detail=a_b_c,final',
  );
});

test('several attempts stand in their order', () => {
  const first = autopsy({ cause: 'unwelcome-response', status: 503, connection: null, isRetried: true });
  const limit = { name: 'max_requests', max: 3, setting: 'x' };
  const second = autopsy({ cause: 'overflow', host: '', attempt: 2, limit, connection: null });
  equal(
    autopsiesText([first, second]),
    'unwelcome-response,host=10.0.0.1:80,try=1,after=3.2ms,status=503,retried;overflow,try=2,after=3.2ms,max_requests=3,final',
  );
});

test('a sentence says what happened, on what connection, and what sets the timer', () => {
  match(
    autopsySentence(autopsy()),
    /closed an idle connection just as .*; connection 7: 6\.2 s old, request 3 on it, idle for 5 s before, 84 bytes sent, 0 received, closed by the upstream \(ECONNRESET\)$/,
  );
  const timer = { name: 'timeout', ms: 15_000, setting: 'timeout of the route at f.yaml:3:1' };
  equal(
    autopsySentence(autopsy({ cause: 'route-timeout', timer, connection: null, isRetried: true })),
    'the request outlasted the timeout of 15 s (timeout of the route at f.yaml:3:1); tried again',
  );
});

test('advice is given while the idle timeout is longer than the upstream keeps connections', () => {
  const closes = { count: 4, minMs: 4990, typicalMs: 5000 };
  match(
    idleAdvice('a', closes, 3_600_000, 'f:3'),
    /set common_http_protocol_options\.idle_timeout of cluster 'a' below 5 s \(now 1 h; f:3\)$/,
  );
  match(idleAdvice('a', closes, 0, 'f:3'), /now none/);
  equal(idleAdvice('a', closes, 4000, 'f:3'), '');
  equal(idleAdvice('a', null, 4000, 'f:3'), '');
});

test('the operator prints it all, or the causes alone, or a dash', () => {
  const format = compileFormat('%SLUICE_AUTOPSY(CAUSE)% %SLUICE_AUTOPSY%');
  const retried = autopsy({ cause: 'overflow', isRetried: true });
  const info = streamInfo({ autopsies: [retried, autopsy()] });
  match(format(logContext({ info })), /^overflow,keep-alive-race overflow,host=\S+;keep-alive-race,\S+$/);
  equal(format(logContext({ info: streamInfo() })), '- -');
  equal(formatProblem('%SLUICE_AUTOPSY(WHY)%'), 'SLUICE_AUTOPSY takes CAUSE or nothing, not WHY');
});

import { equal } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { logPathProblem } from '../../../../src/config/node/log-path.js';
import { parseFileAccessLog } from '../../../../src/extensions/access-loggers/file/config.js';
import { mongoProxy } from '../../../../src/extensions/filters/network/mongo-proxy/mongo-proxy-filter.js';
import { readText } from '../../../support/config-text.js';

test('a log that cannot be opened is told in words of the system, and none is created to find out', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'a.log');
  writeFileSync(file, '');
  equal(logPathProblem(file), undefined);
  equal(logPathProblem(join(dir, 'new.log')), undefined);
  equal(existsSync(join(dir, 'new.log')), false);
  equal(logPathProblem('/dev/null'), undefined);
  equal(logPathProblem(dir), `unable to open file '${dir}': Is a directory`);
  equal(
    logPathProblem(join(dir, 'b/c.log')),
    `unable to open file '${dir}/b/c.log': No such file or directory`,
  );
  equal(logPathProblem(join(file, 'c.log')), `unable to open file '${file}/c.log': Not a directory`);
});

test('an access log that cannot be opened is a problem of the configuration', () => {
  const type = 'envoy.extensions.access_loggers.file.v3.FileAccessLog';
  const { problems } = readText(type, 'path: /no/such/dir/a.log', parseFileAccessLog);
  equal(problems.join(), "unable to open file '/no/such/dir/a.log': No such file or directory");
  const mongo = readText(
    mongoProxy.typeUrl,
    '{ stat_prefix: m, access_log: /no/such/dir/m.log }',
    mongoProxy.parse,
  );
  equal(mongo.problems.join(), "unable to open file '/no/such/dir/m.log': No such file or directory");
});

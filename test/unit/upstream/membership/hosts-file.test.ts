import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { HostsFile, parseHosts } from '../../../../src/upstream/membership/hosts-file.js';

describe('hosts file', () => {
  test('lines have an address, names and perhaps a comment', () => {
    const text =
      '# comment\n10.0.0.1 a.test b.test # more\n\n  fe80::1\tA.test\nnonsense c.test\n10.0.0.1 a.test\n';
    deepEqual(
      [...parseHosts(text)],
      [
        ['a.test', ['10.0.0.1', 'fe80::1']],
        ['b.test', ['10.0.0.1']],
      ],
    );
  });

  test('names are found whatever their case and with a final dot', (t) => {
    const path = temporaryFile(t, '10.0.0.1 a.test\n');
    deepEqual(new HostsFile(path).find('A.Test.'), ['10.0.0.1']);
    deepEqual(new HostsFile(path).find('b.test'), []);
  });

  test('localhost is the loopback of both families, with or without the file', (t) => {
    deepEqual(new HostsFile('/nonexistent').find('localhost'), ['127.0.0.1', '::1']);
    deepEqual(new HostsFile('/nonexistent').find('web.localhost'), ['127.0.0.1', '::1']);
    const path = temporaryFile(t, '127.0.0.2 localhost\n');
    deepEqual(new HostsFile(path).find('localhost'), ['127.0.0.2', '::1']);
  });

  test('a changed file is read again', (t) => {
    const path = temporaryFile(t, '10.0.0.1 a.test\n');
    const hosts = new HostsFile(path);
    hosts.find('a.test');
    writeFileSync(path, '10.0.0.2 a.test\n');
    utimesSync(path, 1, 1);
    deepEqual(hosts.find('a.test'), ['10.0.0.2']);
  });
});

function temporaryFile(t: { after(clean: () => void): void }, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'hosts');
  writeFileSync(path, text);
  return path;
}

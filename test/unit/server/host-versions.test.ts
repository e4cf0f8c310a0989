import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { HostVersions } from '../../../src/server/host-versions.js';

test('an update is in force everywhere when every worker has acknowledged it', () => {
  const versions = new HostVersions(2);
  versions.acknowledge('a', 0, 3);
  equal(versions.everywhere('a'), 0);
  versions.acknowledge('a', 1, 2);
  equal(versions.everywhere('a'), 2);
  versions.acknowledge('a', 1, 4);
  equal(versions.everywhere('a'), 3);
  equal(versions.everywhere('b'), 0);
});

test('a worker that is gone has nothing in force until its successor says so', () => {
  const versions = new HostVersions(2);
  versions.acknowledge('a', 0, 3);
  versions.acknowledge('a', 1, 3);
  versions.forget(1);
  equal(versions.everywhere('a'), 0);
  versions.acknowledge('a', 1, 3);
  equal(versions.everywhere('a'), 3);
});

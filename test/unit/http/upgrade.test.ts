import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { opensTunnel } from '../../../src/http/upgrade.js';

test('101 opens a tunnel for upgrades, any success one for CONNECT, and nothing one without either', () => {
  equal(opensTunnel('websocket', 101), true);
  equal(opensTunnel('websocket', 200), false);
  equal(opensTunnel('connect', 204), true);
  equal(opensTunnel('connect', 101), false);
  equal(opensTunnel('connect', 302), false);
  equal(opensTunnel('', 101), false);
});

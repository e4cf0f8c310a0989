import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { ThreadScope } from '../../../../../../src/api/thread-scope.js';
import { knownCommands } from '../../../../../../src/extensions/filters/network/redis-proxy/commands.js';
import {
  type FaultConfig,
  Faults,
} from '../../../../../../src/extensions/filters/network/redis-proxy/faults.js';

const known = knownCommands([]);

function fault(numerator: number, commands: readonly string[], runtimeKey = ''): FaultConfig {
  return { isError: true, fraction: { numerator, denominator: 100, runtimeKey }, delayMs: 0, commands };
}

function drawn(faults: readonly FaultConfig[], name: string, chance: number): number {
  const scope = {
    random: { below: () => chance },
    runtime: { number: (_key: string, fallback: number) => fallback + 1 },
  } as unknown as ThreadScope;
  const found = new Faults(faults, scope).draw(known.get(name) as NonNullable<ReturnType<typeof known.get>>);
  return found === null ? -1 : faults.indexOf(found);
}

test('shares add up, those of a command before those of all', () => {
  const faults = [fault(5, []), fault(10, ['get'])];
  equal(drawn(faults, 'get', 9), 1);
  equal(drawn(faults, 'get', 14), 0);
  equal(drawn(faults, 'get', 15), -1);
  equal(drawn(faults, 'set', 4), 0);
  equal(drawn(faults, 'set', 5), -1);
});

test('runtime may say how many', () => {
  equal(drawn([fault(5, ['get'], 'key')], 'get', 5), 0);
  equal(drawn([fault(5, ['get'], 'key')], 'get', 6), -1);
});

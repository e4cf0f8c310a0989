import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamInfo } from '../../../../../../src/api/stream-info.js';
import type { ThreadScope } from '../../../../../../src/api/thread-scope.js';
import type { RedisAuthVerdict } from '../../../../../../src/codec/authz/redis-auth.js';
import type { Authentication } from '../../../../../../src/extensions/filters/network/redis-proxy/authentication.js';
import { ExternalGate } from '../../../../../../src/extensions/filters/network/redis-proxy/external-gate.js';
import { ReplySlot } from '../../../../../../src/extensions/filters/network/redis-proxy/reply-slot.js';

const yes: RedisAuthVerdict = { kind: 'ok', message: '', expiresAtSeconds: 0 };
const who = { username: '', password: 'p' };

function gateUnderTest(isSwift = false) {
  const log: string[] = [];
  const verdicts: ((verdict: RedisAuthVerdict) => void)[] = [];
  const scope = { clock: { now: () => 0 } } as unknown as ThreadScope;
  const slot = new ReplySlot({ scope, onAnswered: () => log.push('answered') });
  const note = (what: string) => () => {
    log.push(what);
  };
  const authentication = { grant: note('granted'), revoke: note('revoked') } as unknown as Authentication;
  const gate: ExternalGate = new ExternalGate(
    {
      hasExpiration: false,
      ask: (_who, _control, give) => {
        log.push('asked');
        if (isSwift) give(yes);
        else verdicts.push(give);
        return isSwift ? null : { cancel: note('cancelled') };
      },
    },
    authentication,
    {
      guard: (body) => body(),
      record: {} as StreamInfo,
      pauseReading: note('paused'),
      resumeReading: note('resumed'),
    },
    ({ words }) => {
      log.push(words?.join(' ') ?? 'odd');
      if (words?.[0] === 'AUTH') gate.ask(who, false, slot);
    },
  );
  const hold = (...words: readonly string[]): void => gate.hold({ words, bytes: null, slot });
  return { gate, slot, log, verdicts, hold };
}

test('what is held goes on in order, up to the next question', () => {
  const { gate, slot, log, verdicts, hold } = gateUnderTest();
  gate.ask(who, false, slot);
  hold('A');
  hold('AUTH');
  hold('B');
  verdicts[0]?.(yes);
  deepEqual(log, ['asked', 'granted', 'answered', 'A', 'AUTH', 'asked']);
  equal(gate.isAsking, true);
  verdicts[1]?.({ kind: 'denied', message: '', expiresAtSeconds: 0 });
  deepEqual(log.slice(6), ['revoked', 'B']);
  equal(gate.isAsking, false);
});

test('verdicts that come at once lead to no recursion', () => {
  const { gate, log, hold, slot } = gateUnderTest(true);
  for (let i = 0; i < 50_000; i++) hold('AUTH');
  gate.ask(who, false, slot);
  equal(log.filter((line) => line === 'asked').length, 50_001);
});

test('a client that goes on talking is not read until the verdict', () => {
  const { gate, slot, log, verdicts } = gateUnderTest();
  gate.ask(who, false, slot);
  gate.noteBytes(65_535);
  deepEqual(log, ['asked']);
  gate.noteBytes(1);
  gate.noteBytes(70_000);
  deepEqual(log, ['asked', 'paused']);
  verdicts[0]?.(yes);
  deepEqual(log.slice(2), ['granted', 'answered', 'resumed']);
});

test('a client that leaves takes its question back, and a late verdict does nothing', () => {
  const { gate, slot, log, verdicts, hold } = gateUnderTest();
  gate.ask(who, false, slot);
  hold('A');
  gate.close();
  verdicts[0]?.(yes);
  deepEqual(log, ['asked', 'cancelled']);
});

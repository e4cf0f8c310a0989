import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Member, MemberList } from '../../../src/base/member-list.js';

class Named implements Member {
  place = -1;
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }
}

const namesOf = (list: Iterable<Named>): number[] => [...list].map(({ name }) => name).sort((a, b) => a - b);

test('whatever comes and goes, the list has what a set would have', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (toggled) => {
      const all = Array.from({ length: 10 }, (_, i) => new Named(i));
      const list = new MemberList<Named>();
      const expected = new Set<number>();
      for (const i of toggled) {
        const member = all[i] as Named;
        if (expected.delete(i)) {
          list.delete(member);
        } else {
          expected.add(i);
          list.add(member);
        }
        equal(list.size, expected.size);
        deepEqual(
          namesOf(list),
          [...expected].sort((a, b) => a - b),
        );
      }
    }),
  );
});

test('to leave twice, or without having been there, changes nothing', () => {
  const list = new MemberList<Named>();
  const [one, two] = [new Named(1), new Named(2)];
  list.add(one);
  list.delete(two);
  list.delete(one);
  list.delete(one);
  equal(list.size, 0);
  list.add(two);
  deepEqual(namesOf(list), [2]);
});

test('members may leave while the list is gone through', () => {
  const list = new MemberList<Named>();
  for (let i = 0; i < 5; i++) list.add(new Named(i));
  const seen: number[] = [];
  for (const member of list) {
    seen.push(member.name);
    list.delete(member);
  }
  deepEqual(seen, [0, 1, 2, 3, 4]);
  equal(list.size, 0);
});

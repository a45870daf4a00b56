import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OpenTurns } from './open-turns.ts';

interface Step {
  readonly type: 'begin' | 'begin-and-end' | 'begin-nothing' | 'message' | 'end';
  readonly which: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom('begin', 'begin-and-end', 'begin-nothing', 'message', 'end'),
  which: fc.nat({ max: 9 }),
});

it('a position says of each turn whether it is settled, whatever the order in which they end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const turns = new OpenTurns();
      const open = new Map<string, number>();
      const over: number[] = [];
      let seq = 0;
      for (const { type, which } of steps) {
        if (type === 'end') {
          const [id, began] = [...open][which % Math.max(1, open.size)] ?? [];
          if (id === undefined || began === undefined) continue;
          turns.ended(id);
          open.delete(id);
          over.push(began);
          continue;
        }
        seq++;
        const id = `turn ${seq}`;
        const began = seq;
        if (type === 'message') continue;
        turns.begin(seq, () => {
          if (type === 'begin-and-end') turns.ended(id);
          return type === 'begin-nothing' ? undefined : id;
        });
        if (type === 'begin') open.set(id, began);
        if (type === 'begin-and-end') over.push(began);
      }
      const position = turns.position(seq);
      expect([...turns.ids].toSorted()).toEqual([...open.keys()].toSorted());
      const isSettled = (began: number) =>
        began <= position.seq || position.settled.includes(began);
      for (const began of open.values()) expect(isSettled(began)).toBe(false);
      for (const began of over) expect(isSettled(began)).toBe(true);
      expect(open.size === 0 ? position.seq : seq).toBe(seq);
    }),
  );
});

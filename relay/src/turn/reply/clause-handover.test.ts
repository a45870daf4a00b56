import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClauseHandover } from './clause-handover.ts';

async function* from(clauses: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* clauses;
}

/** All clauses handed over at once. */
async function handedOver(clauses: readonly string[]): Promise<ClauseHandover> {
  const handover = new ClauseHandover(
    from(clauses),
    () => {},
    () => 0,
  );
  for await (const _ of handover);
  return handover;
}

async function rest(handover: ClauseHandover): Promise<string[]> {
  const left: string[] = [];
  for await (const clause of handover.unspoken()) left.push(clause);
  return left;
}

it('shows each word once, wherever other voices took over', async () => {
  const word = fc.stringMatching(/^[a-z]{1,5}$/);
  const clause = fc.array(word, { minLength: 1, maxLength: 6 });
  /** After how many of a clause's words another voice goes on, again and again. */
  const plan = fc.array(fc.tuple(clause, fc.array(fc.nat({ max: 5 }), { maxLength: 3 })));
  await fc.assert(
    fc.asyncProperty(plan, async (clauses) => {
      // Numbered, as no two clauses of a sentence end alike.
      const texts = clauses.map(([parts], index) => [...parts, `${index}.`]);
      const handover = await handedOver(texts.map((parts) => parts.join(' ')));
      const shown: string[] = [];
      for (const [index, [, cuts]] of clauses.entries()) {
        let left = texts[index]!;
        shown.push(handover.begun(left.join(' ')).caption);
        for (const cut of cuts) {
          left = left.slice(Math.min(cut, left.length - 1));
          shown.push(handover.begun(left.join(' ')).caption);
        }
      }
      const captions = shown.filter((text) => text !== '').join(' ');
      expect(captions).toBe(texts.map((parts) => parts.join(' ')).join(' '));
      expect(await rest(handover)).toEqual([]);
    }),
  );
});

it('shows a clause that is announced in parts part by part', async () => {
  const handover = await handedOver(['one two three.', 'four.']);
  expect(handover.begun('one')).toEqual({ kind: 'clause', caption: 'one' });
  expect(handover.begun('two three.')).toEqual({ kind: 'rest', caption: 'two three.' });
  expect(handover.begun('three.')).toEqual({ kind: 'rest', caption: '' });
  expect(await rest(handover)).toEqual(['four.']);
});

it('takes the same clause twice for two', async () => {
  const handover = await handedOver(['No.', 'No.']);
  expect(handover.begun('No.')).toEqual({ kind: 'clause', caption: 'No.' });
  expect(handover.begun('No.')).toEqual({ kind: 'clause', caption: 'No.' });
});

it('knows which of the words that were announced had no voice', async () => {
  const handover = await handedOver(['one two three.', 'four.']);
  handover.begun('one two three.');
  handover.voiced();
  expect(handover.voiceless).toBe('');
  handover.begun('three.');
  expect(handover.voiceless).toBe('three.');
});

it('shows what a vendor made of a clause as it says', async () => {
  const handover = await handedOver(['It is 3 pm.', 'Bye.']);
  expect(handover.begun('It is three p m.').caption).toBe('It is three p m.');
  expect(await rest(handover)).toEqual(['Bye.']);
});

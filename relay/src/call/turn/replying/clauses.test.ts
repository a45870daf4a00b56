import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauses, clausesOf, MAX_CLAUSE_CHARACTERS } from './clauses.ts';
import type { WrittenClause } from '../../stages/synthesizer/clause-track.ts';

async function* stream(...pieces: WrittenClause[]) {
  yield* pieces;
}

async function cut(...deltas: string[]): Promise<string[]> {
  const pieces = deltas.map((text): WrittenClause => ({ kind: 'answer', text }));
  return Array.fromAsync(clauses(stream(...pieces)), ({ text }) => text);
}

describe('clauses', () => {
  it('gives one clause a sentence', async () => {
    expect(await cut('It is noon. Time ', 'for lunch! ', 'Shall we?')).toEqual([
      'It is noon.',
      'Time for lunch!',
      'Shall we?',
    ]);
  });

  it('lets the first clause end at a comma, so that speech starts sooner', async () => {
    expect(await cut('Well, that is a longer story, which began in spring, so to speak. ')).toEqual(
      ['Well, that is a longer story,', 'which began in spring, so to speak.'],
    );
  });

  it('does not cut numbers, addresses or abbreviations', async () => {
    expect(await cut('Pi is 3.14 or so. Ask Dr. Watson at example.com. ')).toEqual([
      'Pi is 3.14 or so.',
      'Ask Dr. Watson at example.com.',
    ]);
  });

  it('speaks a sentence as soon as the next word begins, not when the reply is over', async () => {
    const deltas = (async function* () {
      yield { kind: 'answer', text: 'Seven times eight is fifty six. ' } as const;
      throw new Error('the first clause should have been out before this');
    })();
    const first = await clauses(deltas).next();
    expect(first.value).toEqual({ kind: 'answer', text: 'Seven times eight is fifty six.' });
  });

  it('loses and invents nothing, and keeps every clause short, however the text arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom('. ', ', ', 'word ', '\n', 'x'.repeat(200))),
        ),
        async (deltas) => {
          const cutClauses = await cut(...deltas);
          const squash = (text: string) => text.replaceAll(/\s+/g, '');
          expect(squash(cutClauses.join(' '))).toBe(squash(deltas.join('')));
          for (const clause of cutClauses) {
            expect(clause.length).toBeLessThanOrEqual(MAX_CLAUSE_CHARACTERS);
            expect(clause.trim()).not.toBe('');
          }
        },
      ),
    );
  });

  it('never mixes kinds, and lets the first clause after a filler end early, too', async () => {
    const pieces = stream(
      { kind: 'filler', text: 'One moment.' },
      { kind: 'answer', text: 'Well, that is a longer story, which began ' },
      { kind: 'apology', text: 'I could not find an answer.' },
    );
    expect(await Array.fromAsync(clauses(pieces))).toEqual([
      { kind: 'filler', text: 'One moment.' },
      { kind: 'answer', text: 'Well, that is a longer story,' },
      { kind: 'answer', text: 'which began' },
      { kind: 'apology', text: 'I could not find an answer.' },
    ]);
  });

  it('cuts a whole text as it would cut the pieces of it', async () => {
    const text = 'Well, that is a longer story, which began in spring. So to speak.';
    expect(clausesOf(text)).toEqual(await cut(...text));
  });
});

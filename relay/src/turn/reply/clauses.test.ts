import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clausesOf, MAX_CLAUSE_CHARACTERS } from './clauses.ts';

async function* stream(...deltas: string[]) {
  yield* deltas;
}

async function cut(...deltas: string[]): Promise<string[]> {
  return Array.fromAsync(clausesOf(stream(...deltas)));
}

describe('clausesOf', () => {
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
      yield 'Seven times eight is fifty six. ';
      throw new Error('the first clause should have been out before this');
    })();
    const first = await clausesOf(deltas).next();
    expect(first.value).toBe('Seven times eight is fifty six.');
  });

  it('loses and invents nothing, and keeps every clause short, however the text arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom('. ', ', ', 'word ', '\n', 'x'.repeat(200))),
        ),
        async (deltas) => {
          const clauses = await cut(...deltas);
          const squash = (text: string) => text.replaceAll(/\s+/g, '');
          expect(squash(clauses.join(' '))).toBe(squash(deltas.join('')));
          for (const clause of clauses) {
            expect(clause.length).toBeLessThanOrEqual(MAX_CLAUSE_CHARACTERS);
            expect(clause.trim()).not.toBe('');
          }
        },
      ),
    );
  });
});

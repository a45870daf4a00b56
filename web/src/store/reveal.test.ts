import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { joinText, revealAt, textOf, type ReplyChunk } from './reveal.ts';

/** So much of the relay's own voice was played. */
const at = (playedMs: number) => ({ playedMs, voicedIndex: null });

const TWO_CLAUSES: readonly ReplyChunk[] = [
  { index: 0, text: 'One two. ', audioStartMs: 0, byPage: false },
  { index: 1, text: 'Three four.', audioStartMs: 900, byPage: false },
];

describe('revealing a reply as it is spoken', () => {
  test('nothing is heard before the voice begins', () => {
    expect(revealAt(TWO_CLAUSES, at(0))).toEqual({
      heard: '',
      unheard: 'One two. Three four.',
      begun: '',
    });
  });

  test('a word appears as it begins, by its place in the clause', () => {
    expect(revealAt(TWO_CLAUSES, at(300)).heard).toBe('One ');
    expect(revealAt(TWO_CLAUSES, at(401)).heard).toBe('One two. ');
  });

  test('the rest of the clause that is being spoken is told apart from what comes later', () => {
    expect(revealAt(TWO_CLAUSES, at(300))).toEqual({
      heard: 'One ',
      unheard: 'two. Three four.',
      begun: 'two. ',
    });
  });

  test('with a share of a half, a word counts once half of it was played', () => {
    expect(revealAt(TWO_CLAUSES, at(190), 0.5).heard).toBe('');
    expect(revealAt(TWO_CLAUSES, at(210), 0.5).heard).toBe('One ');
  });

  test('what is not spoken is shown at once', () => {
    const chunks = [{ index: 0, text: 'In writing.', audioStartMs: null, byPage: false }];
    expect(revealAt(chunks, at(0))).toEqual({ heard: 'In writing.', unheard: '', begun: '' });
  });

  test('the last clause is paced by an assumed speed', () => {
    const chunks = [{ index: 0, text: 'abc def', audioStartMs: 100, byPage: false }];
    expect(revealAt(chunks, at(101)).heard).toBe('abc ');
    expect(revealAt(chunks, at(100 + 4 * 62 + 1)).heard).toBe('abc def');
  });

  test('two stretches that begin in the same moment are heard one after the other', () => {
    const chunks = ['a a. ', 'b. '].map((text, index) => {
      return { index, text, audioStartMs: 0, byPage: false };
    });
    expect(revealAt(chunks, at(1))).toMatchObject({ heard: 'a ', unheard: 'a. b. ' });
  });

  test('no word is ever lost, doubled or cut, whatever was played', () => {
    const clause = fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8}){0,5}\. $/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(clause, fc.nat(2_000)), { maxLength: 6 }),
        fc.nat(15_000),
        (parts, playedMs) => {
          let startMs = 0;
          const chunks = parts.map(([text, lengthMs], index) => {
            const chunk = { index, text, audioStartMs: startMs, byPage: false };
            startMs += lengthMs;
            return chunk;
          });
          const { heard, unheard } = revealAt(chunks, at(playedMs));
          expect((heard + unheard).split(/\s+/)).toEqual(textOf(chunks).split(/\s+/));
        },
      ),
    );
  });
});

test('a clause that arrives without its space gets one, a number does not', () => {
  expect(joinText('Done.', 'Next')).toBe('Done. Next');
  expect(joinText('It is 3.', '5 now')).toBe('It is 3.5 now');
  expect(joinText('sev', 'en')).toBe('seven');
});

describe('spoken by the page', () => {
  const CHUNKS: ReplyChunk[] = [
    { index: 0, text: 'One. ', audioStartMs: 0, byPage: false },
    { index: 1, text: 'Two. ', audioStartMs: null, byPage: true },
    { index: 2, text: 'Three.', audioStartMs: null, byPage: true },
  ];
  const heardAt = (playedMs: number, voicedIndex: number | null) =>
    revealAt(CHUNKS, { playedMs, voicedIndex }).heard;

  test('a chunk is shown as the page comes to it, and all that stands before', () => {
    expect(heardAt(400, null)).toBe('One. ');
    expect(heardAt(10, 1)).toBe('One. Two. ');
    expect(heardAt(400, 2)).toBe('One. Two. Three.');
  });

  test('what is only read waits for what is still to be heard', () => {
    const chunks = CHUNKS.map((chunk) => ({ ...chunk, byPage: false }));
    expect(revealAt(chunks, at(0))).toMatchObject({ heard: '', unheard: 'One. Two. Three.' });
    expect(revealAt(chunks, at(400)).heard).toBe('One. Two. Three.');
  });
});

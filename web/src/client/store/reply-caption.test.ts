import fc from 'fast-check';
import { heardWords, type ClauseTiming } from '@parley/shared/heard-words';
import { describe, expect, test } from 'vitest';
import {
  captionOf,
  captionWords,
  joinTexts,
  spokenPosition,
  withPart,
  withTiming,
  type PartVoice,
  type ReplyPart,
} from './reply-caption.ts';

/** So much of the relay's voice was played. */
const at = (playedMs: number) => ({ playedMs, voicedClause: null });

const spoken = (startMs: number): PartVoice => ({
  kind: 'relay',
  startMs,
  audioMs: null,
  wordEndsMs: [],
});
const READ: PartVoice = { kind: 'none' };
const BY_PAGE: PartVoice = { kind: 'page' };

function partsOf(...clauses: readonly (readonly [text: string, voice: PartVoice])[]): ReplyPart[] {
  return clauses.map(([text, voice], clause) => ({ clause, fromCharacter: 0, text, voice }));
}

const TWO_CLAUSES = partsOf(['One two. ', spoken(0)], ['Three four.', spoken(900)]);

describe('a reply as it is spoken', () => {
  test('nothing is heard before the voice begins', () => {
    expect(captionOf(TWO_CLAUSES, at(0))).toEqual({
      heard: '',
      begun: '',
      coming: '',
      unheard: 'One two. Three four.',
    });
  });

  test('a word has begun from its first moment on, and is heard from its last', () => {
    expect(captionOf(TWO_CLAUSES, at(300))).toEqual({
      heard: '',
      begun: 'One ',
      coming: 'two. ',
      unheard: 'One two. Three four.',
    });
    expect(captionOf(TWO_CLAUSES, at(350))).toMatchObject({ heard: 'One ', begun: 'two. ' });
  });

  test('what is not spoken is shown at once', () => {
    const written = partsOf(['In writing.', READ]);
    expect(captionOf(written, at(0))).toMatchObject({ heard: 'In writing.', unheard: '' });
  });

  test('the last clause is paced by an assumed speed', () => {
    const clauses = partsOf(['abc def', spoken(100)]);
    expect(captionOf(clauses, at(101)).begun).toBe('abc ');
    expect(captionOf(clauses, at(100 + 3 * 62))).toMatchObject({ heard: 'abc ', begun: 'def' });
    expect(captionOf(clauses, at(100 + 7 * 62)).heard).toBe('abc def');
  });

  test('two clauses that begin in the same moment are heard one after the other', () => {
    const clauses = partsOf(['a a. ', spoken(0)], ['b. ', spoken(0)]);
    expect(captionOf(clauses, at(65))).toMatchObject({ heard: 'a ', unheard: 'a. b. ' });
  });
});

test('a clause that arrives without its space gets one, a number does not', () => {
  expect(joinTexts(['Done.', 'Next'])).toBe('Done. Next');
  expect(joinTexts(['It is 3.', '5 now'])).toBe('It is 3.5 now');
  expect(joinTexts(['sev', 'en'])).toBe('seven');
});

describe('spoken by the page', () => {
  const CLAUSES = partsOf(['One. ', spoken(0)], ['Two. ', BY_PAGE], ['Three.', BY_PAGE]);
  const heardAt = (playedMs: number, voicedClause: number | null) =>
    captionOf(CLAUSES, { playedMs, voicedClause }).heard;

  test('a clause is shown as the page comes to it, and all that stands before', () => {
    expect(heardAt(400, null)).toBe('One. ');
    expect(heardAt(10, 1)).toBe('One. Two. ');
    expect(heardAt(400, 2)).toBe('One. Two. Three.');
  });

  test('what is only read waits for what is still to be heard', () => {
    const clauses = partsOf(['One. ', spoken(0)], ['Two. ', READ], ['Three.', READ]);
    expect(captionOf(clauses, at(0))).toMatchObject({ heard: '', unheard: 'One. Two. Three.' });
    expect(captionOf(clauses, at(400)).heard).toBe('One. Two. Three.');
  });
});

describe('for any clauses, timings and positions', () => {
  const clauses = fc.array(
    fc.record({
      text: fc.stringMatching(/^ ?[a-z]{1,8}( [a-z]{1,8}){0,5}\. ?$/),
      gapMs: fc.nat(500),
      audioMs: fc.nat(3_000),
      endSteps: fc.array(fc.nat(600), { maxLength: 8 }),
    }),
    { maxLength: 6 },
  );

  test('the caption agrees with `heardWords`, and no word is lost, doubled or cut', () => {
    fc.assert(
      fc.property(clauses, fc.nat(15_000), (drawn, playedMs) => {
        let startMs = 0;
        const timings = drawn.map(({ text, gapMs, audioMs, endSteps }): ClauseTiming => {
          let endMs = 0;
          const wordEndsMs = endSteps.map((step) => (endMs += step));
          const timing = { text, startMs: startMs + gapMs, audioMs, wordEndsMs };
          startMs += gapMs + audioMs;
          return timing;
        });
        const parts = timings.reduce<readonly ReplyPart[]>((before, timing, clause) => {
          const voice = spoken(timing.startMs);
          const known = withPart(before, { clause, fromCharacter: 0, text: timing.text, voice });
          return withTiming(known, clause, timing);
        }, []);

        const { heard, begun, coming, unheard } = captionOf(parts, at(playedMs));

        const position = heardWords(timings, playedMs);
        const before = timings.slice(0, position.clause).flatMap(({ text }) => wordsIn(text));
        const inside = wordsIn(timings[position.clause]?.text ?? '').slice(0, position.words);
        expect(wordsIn(heard)).toEqual([...before, ...inside]);
        const all = timings.flatMap(({ text }) => wordsIn(text));
        expect([...wordsIn(heard), ...wordsIn(unheard)]).toEqual(all);
        expect(wordsIn(begun).length).toBeLessThanOrEqual(1);
        expect(unheard.startsWith(begun + coming)).toBe(true);
        const words = captionWords(parts);
        expect(words.map(({ text }) => text)).toEqual(all);
        const spokenNow = spokenPosition({ heard, begun, coming, unheard });
        expect(spokenNow.heard).toBe(wordsIn(heard).length);
        expect(words[spokenNow.heard]?.text ?? '').toBe(
          spokenNow.isBegun ? begun.trim() : (wordsIn(unheard)[0] ?? ''),
        );
      }),
    );
  });
});

function wordsIn(text: string): readonly string[] {
  return text.match(/\S+/g) ?? [];
}

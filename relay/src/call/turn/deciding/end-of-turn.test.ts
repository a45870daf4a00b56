import { EAGERNESS } from '@parley/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeEndOfTurn, type EndOfTurnEvidence } from './end-of-turn.ts';

const NOTHING_KNOWN: EndOfTurnEvidence = {
  words: '',
  phrase: undefined,
  transcriber: undefined,
  sound: undefined,
  hasPartials: true,
  language: 'en-US',
  lastReply: undefined,
};
const judge = (evidence: Partial<EndOfTurnEvidence>) =>
  judgeEndOfTurn({ ...NOTHING_KNOWN, ...evidence }, 'medium');

describe('the silence that ends a turn', () => {
  it.each<[string, Partial<EndOfTurnEvidence>, number, number]>([
    ['a whole phrase', { words: 'what time is it', phrase: 'complete' }, 250, 350],
    [
      'a whole phrase that may go on',
      { words: 'what time is it', phrase: 'may-continue' },
      350,
      650,
    ],
    ['half a phrase', { words: 'set a timer for', phrase: 'incomplete' }, 1_400, 1_500],
    ['words outside the vocabulary', { words: 'the weather', phrase: 'unknown' }, 500, 800],
    ['no words yet', {}, 700, 1_000],
    ['a transcriber that tells none before the end', { hasPartials: false }, 400, 600],
    ['a sentence with a full stop', { words: 'I would like to know more.' }, 250, 400],
    ['a sentence that breaks off', { words: 'I would like to go to the' }, 1_200, 1_500],
    ['the transcriber’s own end', { words: 'tell me', transcriber: 'ended' }, 250, 320],
    ['its eager end', { words: 'tell me', transcriber: 'eager' }, 250, 500],
    [
      'a whole phrase after which it says that the person went on',
      { words: 'what time is it', phrase: 'complete', transcriber: 'resumed' },
      1_200,
      1_500,
    ],
  ])('after %s', (_, evidence, shortestMs, longestMs) => {
    const { delayMs } = judge(evidence);
    expect(delayMs).toBeGreaterThanOrEqual(shortestMs);
    expect(delayMs).toBeLessThanOrEqual(longestMs);
  });

  it('is between 200 ms and two seconds, shorter for the eager and for the probable', () => {
    fc.assert(
      fc.property(
        fc.record({
          words: fc.oneof(fc.constant(''), fc.lorem(), fc.string({ unit: 'grapheme' })),
          phrase: fc.constantFrom('complete', 'may-continue', 'incomplete', 'unknown', undefined),
          transcriber: fc.constantFrom('ended', 'eager', 'resumed', undefined),
          sound: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
          hasPartials: fc.boolean(),
          language: fc.constantFrom('en-US', 'de-DE', 'xx'),
          lastReply: fc.option(fc.lorem(), { nil: undefined }),
        }),
        (evidence: EndOfTurnEvidence) => {
          const [low, medium, high] = EAGERNESS.map((each) => judgeEndOfTurn(evidence, each));
          expect(low!.delayMs).toBeLessThanOrEqual(2_000);
          expect(low!.delayMs).toBeGreaterThan(medium!.delayMs);
          expect(medium!.delayMs).toBeGreaterThan(high!.delayMs);
          expect(high!.delayMs).toBeGreaterThanOrEqual(200);
          expect(high!.probability).toBeGreaterThanOrEqual(0);
          expect(high!.probability).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('the silence that ends a turn, if the sound of the pause was judged', () => {
  const whole = { words: 'I would like to know more.' };
  const broken = { words: 'I would like to go to the' };
  it.each<[string, Partial<EndOfTurnEvidence>, number, number, number]>([
    ['finished, after a whole sentence', whole, 0.95, 250, 350],
    ['unfinished, after a whole sentence', whole, 0.05, 600, 1_400],
    ['finished, after a sentence that breaks off', broken, 0.95, 500, 1_300],
    ['unfinished, after a sentence that breaks off', broken, 0.05, 1_400, 1_500],
    ['finished, without words', {}, 0.95, 250, 450],
    ['unfinished, without words', {}, 0.05, 1_300, 1_500],
    ['undecided, after a whole sentence', whole, 0.5, 350, 600],
    [
      'finished, after half a phrase',
      { words: 'set a timer for', phrase: 'incomplete' },
      0.95,
      800,
      1_000,
    ],
    [
      'unfinished, with the transcriber’s own end',
      { ...whole, transcriber: 'ended' },
      0.05,
      250,
      320,
    ],
    [
      'finished, although the transcriber says that the person went on',
      { ...whole, transcriber: 'resumed' },
      0.95,
      1_200,
      1_500,
    ],
  ])('as %s', (_, evidence, sound, shortestMs, longestMs) => {
    const { delayMs, reasons } = judge({ ...evidence, sound });
    expect(delayMs).toBeGreaterThanOrEqual(shortestMs);
    expect(delayMs).toBeLessThanOrEqual(longestMs);
    expect(reasons).toContain(sound > 0.5 ? 'sounds_finished' : 'sounds_unfinished');
  });

  it('is never shorter after an open number', () => {
    const number = { words: 'My number is five five five' };
    const { delayMs, reasons } = judge(number);
    expect(reasons).toEqual(['entity_open']);
    expect(judge({ ...number, sound: 1 }).delayMs).toBe(delayMs);
    expect(judge({ ...number, sound: 0 }).delayMs).toBeGreaterThanOrEqual(delayMs);
  });

  it('is shorter the more likely the sound makes the end', () => {
    const delays = [0, 0.2, 0.4, 0.6, 0.8, 1].map((sound) => judge({ ...whole, sound }).delayMs);
    expect(delays).toEqual(delays.toSorted((a, b) => b - a));
    expect(new Set(delays).size).toBeGreaterThan(4);
  });
});

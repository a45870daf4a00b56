import { EAGERNESS } from '@parley/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeEndOfTurn, type EndOfTurnEvidence } from './end-of-turn.ts';

const NOTHING_KNOWN: EndOfTurnEvidence = {
  words: '',
  phrase: undefined,
  transcriber: undefined,
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

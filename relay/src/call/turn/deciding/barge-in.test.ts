import { describe, expect, it } from 'vitest';
import type { BargeInVerdict } from '../../events/call-events.ts';
import { judgeBargeIn, type BargeInEvidence } from './turn-detector.ts';

const judge = (evidence: Partial<BargeInEvidence>) =>
  judgeBargeIn({
    words: '',
    speechMs: 200,
    isOver: false,
    isQuestion: false,
    language: 'en-US',
    ...evidence,
  });

describe('speech while a reply is heard', () => {
  it.each<[string, Partial<BargeInEvidence>, BargeInVerdict | undefined]>([
    ['a moment of it', {}, undefined],
    ['a short sound without words', { isOver: true }, 'backchannel'],
    ['a second of it', { speechMs: 1_000 }, 'interruption'],
    ['“mhm” so far', { words: 'mhm' }, undefined],
    ['“mhm”', { words: 'mhm', isOver: true }, 'backchannel'],
    ['“yes” to nothing', { words: 'yes', isOver: true }, 'backchannel'],
    ['“yes” to a question', { words: 'yes', isOver: true, isQuestion: true }, 'interruption'],
    ['“stop”, before it is over', { words: 'stop' }, 'stop'],
    ['“no” to a question', { words: 'no', isOver: true, isQuestion: true }, 'interruption'],
    ['the first word of something', { words: 'what' }, undefined],
    ['a word and a half', { words: 'what', speechMs: 500 }, 'interruption'],
    ['two words', { words: 'what time' }, 'interruption'],
    ['another word', { words: 'Tokyo', isOver: true }, 'interruption'],
  ])('is judged by its words and its length: %s', (_, evidence, verdict) => {
    expect(judge(evidence)).toBe(verdict);
  });
});

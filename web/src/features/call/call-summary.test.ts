import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latencyOf, type ConversationState, type MeasuredTurn } from '../../client/index.ts';
import { measuresOf } from '../debug/statistics.ts';
import { summaryLineOf } from './call-summary.tsx';

const reply = (id: string, trigger: 'speech' | 'timer' = 'speech'): ConversationState[number] => ({
  kind: 'reply',
  id,
  trigger,
  utterance: 1,
  spoken: true,
  parts: [],
  playedMs: 0,
  voicedClause: null,
  status: 'completed',
});
const measured = (responseId: string, voiceToVoiceMs: number, utterance: number | null = 1) =>
  ({ responseId, voiceToVoiceMs, utterance }) as MeasuredTurn;

const CALL: ConversationState = [
  reply('before'),
  { kind: 'divider', id: 'd', reason: 'new-call' },
  reply('a'),
  reply('b'),
  reply('c'),
  reply('t', 'timer'),
];

test('length, turns, the median answer and the cost of the last call', () => {
  const turns = [
    measured('before', 9_000),
    measured('a', 700),
    measured('b', 1_500),
    measured('c', 20, null),
  ];
  const figures = { durationMs: 245_000, costUsd: 0.052 };
  expect(summaryLineOf(figures, CALL, turns)).toBe('4 min · 3 turns · answers after 0.7 s · $0.05');
});

test('what is not known is left out', () => {
  expect(summaryLineOf({ durationMs: 12_000, costUsd: null }, CALL.slice(0, 1), [])).toBe(
    '12 s · 1 turn',
  );
});

test('the summary and the panel name the same median of the same turns', () => {
  const turn = fc.record({ ms: fc.nat(9_999), utterance: fc.constantFrom(1, null) });
  fc.assert(
    fc.property(fc.array(turn), (all) => {
      const items = all.map((_, index) => reply(`${index}`));
      const turns = all.map(({ ms, utterance }, index) => ({
        ...measured(`${index}`, ms, utterance),
        timeline: { asr_final_ms: 0, llm_ttft_ms: 0, tts_ttfb_ms: 0 },
      }));
      const line = summaryLineOf(
        { durationMs: 1_000, costUsd: null },
        items,
        turns as MeasuredTurn[],
      );
      const panelMs = measuresOf(latencyOf(turns as MeasuredTurn[]))[0]!.percentiles.p50;
      expect(/after (.+) s$/.exec(line)?.[1]).toBe(
        panelMs === null ? undefined : (panelMs / 1_000).toFixed(1),
      );
    }),
  );
});

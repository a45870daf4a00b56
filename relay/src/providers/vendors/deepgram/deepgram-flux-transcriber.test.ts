import { expect, test } from 'vitest';
import { readFlux } from './deepgram-events.ts';
import { FluxTurns } from './deepgram-flux-transcriber.ts';

function turn(event: string, transcript: string, end: number) {
  const message = readFlux(
    JSON.stringify({
      type: 'TurnInfo',
      request_id: 'a',
      sequence_id: 1,
      event,
      turn_index: 0,
      audio_window_start: 0,
      audio_window_end: end,
      transcript,
      words: [{ word: 'x', confidence: 1 }],
      end_of_turn_confidence: 0.5,
    }),
  );
  if (message.type !== 'turn') throw new Error('not a turn');
  return message;
}

test('a turn grows, is probably over, goes on, and ends', () => {
  const turns = new FluxTurns('en-US');
  expect(turns.hear(turn('Update', '', 0.2))).toEqual([]);
  expect(turns.hear(turn('StartOfTurn', 'Book', 0.5))).toEqual([
    { type: 'transcript-partial', text: 'Book' },
  ]);
  expect(turns.hear(turn('Update', 'Book', 0.7))).toEqual([]);
  expect(turns.hear(turn('EagerEndOfTurn', 'Book a table.', 1.2))).toEqual([
    { type: 'eager-end-of-turn', text: 'Book a table.' },
  ]);
  expect(turns.endedAtSeconds).toBeUndefined();
  expect(turns.hear(turn('TurnResumed', 'Book a table for', 1.4))).toEqual([
    { type: 'turn-resumed' },
    { type: 'transcript-partial', text: 'Book a table for' },
  ]);
  expect(turns.hear(turn('EndOfTurn', 'Book a table for two.', 2))).toEqual([
    { type: 'end-of-turn', text: 'Book a table for two.' },
  ]);
  expect(turns.endedAtSeconds).toBe(2);
});

test('the next turn is joined to the one before', () => {
  const turns = new FluxTurns('en-US');
  turns.hear(turn('EndOfTurn', 'One.', 1));
  expect(turns.hear(turn('StartOfTurn', 'Two', 1.5))).toEqual([
    { type: 'transcript-partial', text: 'One. Two' },
  ]);
  expect(turns.endedAtSeconds).toBeUndefined();
});

test('languages without spaces are joined without them', () => {
  const turns = new FluxTurns('ja-JP');
  turns.hear(turn('EndOfTurn', 'はい。', 1));
  turns.hear(turn('Update', '行きます', 1.5));
  expect(turns.text).toBe('はい。行きます');
});

test('events that are not known yet change nothing', () => {
  const turns = new FluxTurns('en-US');
  turns.hear(turn('Update', 'One', 1));
  expect(turns.hear(turn('SomethingNew', 'x', 2))).toEqual([]);
  expect(turns.text).toBe('One');
});

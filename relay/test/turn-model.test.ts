import { expect, it } from 'vitest';
import type { TurnModel } from '../src/call/stages/turn-model.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

it('the relay’s turn model hears the pauses of every call, and the client is told what it heard', async () => {
  const heard: Int16Array[] = [];
  const turnModel: TurnModel = {
    judge: async (samples) => {
      heard.push(samples);
      return 0.05;
    },
  };
  await using relay = await startTestRelay({ turnModel });
  for (const value of [1_000, 2_000]) {
    await using call = await TestCall.start(relay.url);
    call.startSpeech(1);
    const samples = new Int16Array(1_600).fill(value);
    call.sendFrame(1, samples);
    const pause = { utterance: 1, audio_end_ms: 1_000, sent_ms: 1_000 };
    call.send({ type: 'input_audio_buffer.speech_paused', ...pause });
    const first = await call.inbound.next('input_audio_buffer.end_of_turn_predicted');
    const second = await call.inbound.next('input_audio_buffer.end_of_turn_predicted');
    expect(first.reasons).toEqual(['no_words']);
    expect(second.reasons).toEqual(['no_words', 'sounds_unfinished']);
    expect(second.delay_ms).toBeGreaterThan(first.delay_ms);
    expect(heard.at(-1)).toEqual(samples);
  }
  expect(heard).toHaveLength(2);
});

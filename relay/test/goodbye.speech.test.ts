import { expect, test } from 'vitest';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { createEmbeddedTranscriber } from '../src/providers/embedded/embedded-transcriber.ts';
import { createEmbeddedSynthesizer } from '../src/providers/embedded/embedded-synthesizer.ts';
import { GOODBYE_SENTENCE } from '../src/call/turn/replying/phrases.ts';
import { FaultyRelay } from './faults/faulty-relay.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

const RECOGNISER_HZ = 16_000;
const WORDS = (GOODBYE_SENTENCE.toLowerCase().match(/[a-z]+/g) ?? []).join(' ');
/** Other words that might be heard for it. */
const OTHERS = [
  'i am sorry i could not find an answer please try again',
  'one moment let me check',
  'the budget for this room is a secret',
];

test('when the budget is used up, a person hears goodbye, and then the call is over', async () => {
  await using voice = createEmbeddedSynthesizer({ maxWorkers: 1 });
  await using recogniser = createEmbeddedTranscriber({
    grammar: {
      rules: `<utterance> = ${[WORDS, ...OTHERS].join(' | ')};`,
      utterance: 'utterance',
      pronunciations: {},
    },
    maxWorkers: 1,
    waitMs: 60_000,
    answerMs: 60_000,
  });
  const speak = async (text: string, rateHz: number) => {
    async function* clauses() {
      yield text;
    }
    const { signal } = new AbortController();
    const pieces: Int16Array[] = [];
    for await (const event of voice.synthesize(clauses(), { voice: 'slt', signal })) {
      if (event.type === 'speech-audio') pieces.push(event.samples);
    }
    return resamplePcm16(joinPcm16(pieces), voice.sampleRateHz, rateHz);
  };
  const ledger = new TestLedger();
  await using relay = await FaultyRelay.start({
    money: ledger.money,
    primary: { speak, answer: () => 'It is noon.' },
    // The first answer uses it up, with what is kept of it for the goodbye.
    env: { BUDGET_SESSION_USD: '0.005' },
  });
  await using call = await TestCall.start(relay.relay.url);
  const { closed } = call;
  call.type('What time is it?');
  const { item } = await call.inbound.next('response.created');
  expect(await call.inbound.next('session.ending')).toMatchObject({ reason: 'budget' });
  const goodbye = await call.inbound.next('response.created');
  expect(goodbye.item).not.toBe(item);
  await call.inbound.next('response.output_audio.done');
  const doneMs = performance.now();
  const closedMs = closed.then(() => performance.now());
  const rateHz = goodbye.audio!.sample_rate;
  const frames = call.inbound.frames.filter((frame) => frame.item === goodbye.item);
  const samples = joinPcm16(frames.map((frame) => frame.samples));
  const { signal } = new AbortController();
  const stream = await recogniser.open({ language: 'en-US', signal });
  stream.push(resamplePcm16(samples, rateHz, RECOGNISER_HZ));
  stream.finalize();
  const events = await Array.fromAsync(stream.events);
  expect(events.at(-1)).toMatchObject({ type: 'transcript-final', text: WORDS });
  expect(await closed).toBe(4402);
  // The voice is sent ahead: the call is not over before it was played.
  expect((await closedMs) - doneMs).toBeGreaterThan(500);
  expect(ledger.entries.every(({ sessionId }) => sessionId === call.grant.session_id)).toBe(true);
});

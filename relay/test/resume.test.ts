import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { MovableClock } from './support/movable-clock.ts';
import { counting, ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { joined, transcriptOf } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await startTestRelay({
    // Long enough that a reply is still on its way when its first piece has arrived.
    providers: {
      synthesizer: new ScriptedSynthesizer({ clock: systemClock, clauseMs: () => 4_000 }),
    },
  });
});
afterAll(() => relay[Symbol.asyncDispose]());

const CHUNK = 1_600;

/** Sends chunks `from` to `to` of `speech`. */
function sendChunks(call: TestCall, speech: Int16Array, from: number, to: number): void {
  for (let chunk = from; chunk < to; chunk++) {
    call.sendFrame(1, speech.subarray(chunk * CHUNK, (chunk + 1) * CHUNK));
  }
}

describe('a connection that is lost', () => {
  it('in the middle of an utterance loses no sample and doubles none', async () => {
    await using call = await TestCall.start(relay.url);
    const speech = counting(3, 90 * CHUNK);
    call.startSpeech(1);
    sendChunks(call, speech, 0, 60);
    // Some of what was sent has arrived, some may not have.
    await call.inbound.next('input_audio_buffer.ack');
    await call.cut();
    sendChunks(call, speech, 60, 73);
    await call.resume();
    sendChunks(call, speech, 73, 78);
    await call.cut();
    sendChunks(call, speech, 78, 90);
    call.stopSpeech(1);
    await call.resume();

    const { transcript } = await call.inbound.next(
      'conversation.item.input_audio_transcription.completed',
    );
    expect(transcript).toBe(transcriptOf(speech));
    expect(call.inbound.ofType('error')).toEqual([]);
  });

  it('in the middle of a reply loses no sample and no word of it', async () => {
    await using call = await TestCall.start(relay.url);
    call.type('Tell me a story');
    for (const frames of [2, 6, 11]) {
      await call.inbound.until(`${frames} frames`, (inbound) => inbound.frames[frames]);
      await call.cut();
      await call.resume();
    }
    const done = await call.inbound.next('response.done');
    const { inbound } = call;
    expect(done.status).toBe('completed');
    const voice = joined(inbound.frames.map(({ samples }) => samples));
    expect(voice).toEqual(counting(0, 4_000 * 16));
    const text = inbound.ofType('response.output_audio_transcript.delta');
    expect(text.map(({ delta }) => delta).join('')).toBe('You said Tell me a story.');
    expect(inbound.ofType('response.created')).toHaveLength(1);
    // Each number once and in order; those of acknowledgements that were lost are left out.
    expect(inbound.seqs).toEqual([...new Set(inbound.seqs)].toSorted((a, b) => a - b));
  });

  it('before anything arrived is told everything from the start', async () => {
    await using call = await TestCall.start(relay.url);
    await call.cut();
    await call.reopen();
    call.askToResume({ last_seq: 0 });
    await call.inbound.next('session.resumed');
    expect(call.inbound.ofType('session.created')).toHaveLength(2);
  });

  it('is told first what it missed, then that it is resumed', async () => {
    await using call = await TestCall.start(relay.url);
    call.type('Tell me a story');
    await call.inbound.next('response.created');
    await call.cut();
    const had = call.inbound.received.length;
    await call.resume();
    const missed = call.inbound.received.slice(had);
    const resumed = missed.findIndex(
      (item) => item.kind === 'event' && item.event.type === 'session.resumed',
    );
    const voice = missed.findIndex((item) => item.kind === 'audio');
    expect(voice).toBeLessThan(resumed);
  });

  it('does not let an interrupted reply speak again', async () => {
    await using call = await TestCall.start(relay.url);
    call.type('Tell me a story');
    await call.inbound.until('voice', (inbound) => inbound.frames[0]);
    call.send({ type: 'response.cancel' });
    await call.inbound.next('response.done');
    const { seq } = call.inbound.events[0]!;
    await call.cut();
    await call.reopen();
    const had = call.inbound.frames.length;
    call.askToResume({ last_seq: seq });
    await call.inbound.next('session.resumed');
    expect(call.inbound.frames.slice(had)).toEqual([]);
  });
});

describe('a session ends', () => {
  it('when nothing is said for too long, with 4408', async () => {
    // In real time, as the only one here.
    await using limited = await startTestRelay({ env: { IDLE_S: '0.2' } });
    const call = await TestCall.start(limited.url);
    expect(await call.closed).toBe(4408);
    await call.reopen();
    expect(await call.closed).toBe(4404);
  });

  it('when it reaches its longest duration, with 4440', async () => {
    const clock = new MovableClock();
    await using limited = await startTestRelay({ env: { SESSION_DURATION_S: '20' }, clock });
    const call = await TestCall.start(limited.url);
    expect(await clock.skip(call.closed)).toBe(4440);
    await call.reopen();
    expect(await call.closed).toBe(4404);
  });

  it('when the client did not resume in time, with 4404', async () => {
    const clock = new MovableClock();
    await using limited = await startTestRelay({ env: { RESUME_WINDOW_S: '20' }, clock });
    const call = await TestCall.start(limited.url);
    await call.cut();
    await clock.skip(limited.logs.until('session_gone'));
    await call.reopen();
    expect(await call.closed).toBe(4404);
  });
});

it('an utterance of more than the longest duration is ended and answered', async () => {
  await using limited = await startTestRelay({ env: { UTTERANCE_S: '1' } });
  await using call = await TestCall.start(limited.url);
  call.startSpeech(1);
  sendChunks(call, counting(0, 30 * CHUNK), 0, 30);
  call.stopSpeech(1);
  expect((await call.inbound.next('error')).code).toBe('utterance_too_long');
  const { transcript } = await call.inbound.next(
    'conversation.item.input_audio_transcription.completed',
  );
  expect(transcript).toBe(transcriptOf(counting(0, 11 * CHUNK)));
  await call.inbound.next('response.done');
  expect(call.inbound.ofType('error')).toHaveLength(1);
});

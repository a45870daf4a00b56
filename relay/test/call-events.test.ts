import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import type { CallEvent, CallEventOf } from '../src/call/events/call-events.ts';
import type { CallObserver } from '../src/call/events/call-observers.ts';
import { ConversationFiles } from './observers/conversation-files.ts';
import { TurnCounter } from './observers/turn-counter.ts';
import { eventually } from './support/eventually.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { counting, ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { finalWords, ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

const clock = systemClock;
const speech = counting(7, 4_800);

/** Words that may leave a call only as speech. */
const HEARD = 'heardword';
const TYPED = 'typedword';
const SAID = 'saidword';

let events: CallEvent[];
const recorder: CallObserver = { name: 'recorder', observe: (event) => events.push(event) };
beforeEach(() => {
  events = [];
});

/** Providers that recognise, fail over and speak long enough to be interrupted. */
function scripted() {
  let utterance = 0;
  let request = 0;
  return {
    transcriber: new ScriptedTranscriber({
      clock,
      onFinal: () =>
        [[finalWords(HEARD)], [{ fail: new ParleyError('transcriber_failed') }], [finalWords('')]][
          utterance++
        ]!,
    }),
    generator: [
      new ScriptedGenerator({
        clock,
        reply: () =>
          request++ === 1
            ? [{ fail: new ParleyError('generator_timeout') }]
            : [words(`${SAID} one. ${SAID} two.`)],
      }),
      Object.assign(new ScriptedGenerator({ clock, reply: () => [words(`${SAID} at length.`)] }), {
        name: 'second',
      }),
    ],
    synthesizer: new ScriptedSynthesizer({
      clock,
      clauseMs: (text) => (text.includes('at length') ? 10_000 : 400),
    }),
  };
}

/** A call in which all kinds of things happen. */
async function eventfulCall(relay: TestRelay): Promise<TestCall> {
  const call = await TestCall.start(relay.url);
  const { inbound } = call;
  call.speak(1, speech);
  await inbound.next('response.done');
  // Answered by another provider, and interrupted by the utterance that follows.
  call.type(TYPED);
  await inbound.next('response.output_audio_transcript.delta');
  call.startSpeech(2);
  const cancelled = await inbound.next('response.done');
  call.send({
    type: 'conversation.item.truncate',
    response_id: cancelled.response_id,
    audio_end_ms: 120,
  });
  call.sendFrame(2, speech.subarray(0, 1_600), true);
  call.stopSpeech(2);
  await inbound.next('response.done');
  await call.cut();
  await emitted('connection-lost');
  await call.resume();
  call.speak(3, speech);
  await inbound.next('conversation.item.input_audio_transcription.completed');
  call.type('a'.repeat(3_000));
  await inbound.next('error');
  call.startSpeech(4);
  call.send({ type: 'input_audio_buffer.clear', utterance: 4 });
  await emitted('utterance-discarded');
  await call.hangUp();
  await emitted('session-ended');
  return call;
}

function emitted(type: CallEvent['type']): Promise<void> {
  return eventually(() => events.some((event) => event.type === type));
}

/** Events as `turn number type`, without what depends on how fast the voice was sent. */
function outline(): string[] {
  const turns: string[] = [];
  return events
    .filter(({ type }) => type !== 'clause-heard' && type !== 'provider-attempted')
    .map((event) => {
      if (!('turnId' in event)) return event.type;
      if (!turns.includes(event.turnId)) turns.push(event.turnId);
      return `${turns.indexOf(event.turnId) + 1} ${event.type}`;
    });
}

describe('the events of a call', () => {
  it('tell all of it, in order, on real sockets', async () => {
    await using relay = await startTestRelay({ providers: scripted(), observers: [recorder] });
    const call = await eventfulCall(relay);
    expect(outline()).toEqual([
      'session-started',
      '1 utterance-started',
      '1 turn-decided',
      '1 utterance-final',
      '1 reply-started',
      '1 reply-done',
      '1 turn-ended',
      '2 text-typed',
      '2 turn-decided',
      '2 reply-started',
      '2 provider-failed-over',
      'stage-changed',
      '2 reply-done',
      '2 turn-ended',
      '3 utterance-started',
      '2 reply-interrupted',
      '3 turn-decided',
      '3 provider-failed-over',
      '3 reply-started',
      '3 utterance-failed',
      '3 reply-done',
      '3 turn-ended',
      'connection-lost',
      'session-resumed',
      '4 utterance-started',
      '4 turn-decided',
      '4 utterance-final',
      '4 turn-ended',
      'limit-hit',
      'error',
      '5 utterance-started',
      '5 utterance-discarded',
      '5 turn-ended',
      'session-ended',
    ]);
    for (const event of events) {
      expect(event.sessionId).toBe(call.grant.session_id);
      expect(event.userId).toMatch(/^guest_/);
      expect(Math.abs(Date.now() - event.atMs)).toBeLessThan(60_000);
    }
    expect(all('turn-decided').map(({ why }) => why)).toEqual([
      'speech-stopped',
      'typed',
      'speech-stopped',
      'speech-stopped',
    ]);
    expect(all('turn-decided')[0]?.afterMs).toBeGreaterThanOrEqual(0);
    expect(all('turn-ended').map(({ outcome }) => outcome)).toEqual([
      'replied',
      'replied',
      'replied',
      'no-words',
      'discarded',
    ]);
    const scriptedVoice = { synthesizer: 'scripted-synthesizer' };
    expect(all('reply-done')).toMatchObject([
      { status: 'completed', providers: { generator: 'scripted-generator', ...scriptedVoice } },
      { status: 'cancelled' },
      { status: 'completed', providers: scriptedVoice, usage: { asr_seconds: 0.1 } },
    ]);
    const [error] = all('error');
    expect(error).toMatchObject({ code: 'text_too_long' });
    expect(call.inbound.ofType('error')[0]?.request_id).toBe(error?.requestId);
    expect(events.at(-1)).toMatchObject({ type: 'session-ended', reason: 'normal' });
  });

  it('hold neither audio nor secrets, and words only below `speech`', async () => {
    await using relay = await startTestRelay({ providers: scripted(), observers: [recorder] });
    const { grant } = await eventfulCall(relay);
    expect(all('utterance-final')[0]?.speech.text).toBe(HEARD);
    expect(all('text-typed')[0]?.speech.text).toBe(TYPED);
    for (const event of events) {
      const open = JSON.stringify(event);
      expect(open.length).toBeLessThan(2_000);
      const bare = JSON.stringify({ ...event, speech: undefined });
      for (const hidden of [HEARD, TYPED, SAID]) expect(bare).not.toContain(hidden);
      for (const secret of [grant.ticket, grant.resume_token]) expect(open).not.toContain(secret);
    }
  });

  it('reach every observer, even beside one that always throws', async () => {
    const broken: CallObserver = {
      name: 'broken',
      observe: ({ type }) => {
        throw new Error(`cannot count ${type}`);
      },
    };
    const counter = new TurnCounter();
    await using relay = await startTestRelay({ observers: [broken, counter] });
    await using call = await TestCall.start(relay.url);
    for (let turn = 0; turn < 3; turn++) {
      call.type('Hello');
      expect((await call.inbound.next('response.done')).status).toBe('completed');
    }
    await eventually(() => counter.counts.replied === 3);
    expect(counter.counts).toEqual({ replied: 3 });
    expect(await relay.logs.until('a call observer failed')).toContain(
      'cannot count session-started',
    );
  });
});

it('a conversation is stored by one observer, attached in one line', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'parley-conversations-'));
  try {
    const files = new ConversationFiles(dir);
    await using relay = await startTestRelay({
      providers: scripted(),
      observers: [files, recorder],
    });
    const { grant } = await eventfulCall(relay);
    await files.idle();
    const lines = (await readFile(join(dir, `${grant.session_id}.jsonl`), 'utf8')).trim();
    const spoken = lines
      .split('\n')
      .map((line) => JSON.parse(line) as { speaker: string; text: string })
      .filter(({ speaker }) => speaker === 'person');
    expect(spoken.map(({ text }) => text)).toEqual([HEARD, TYPED, '']);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

describe('the log', () => {
  it('has one line for each turn and one for each end of a session, without words', async () => {
    await using relay = await startTestRelay({ providers: scripted(), observers: [recorder] });
    const { grant } = await eventfulCall(relay);
    const ended = await relay.logs.until('session ended');
    const lines = relay.logs.lines
      .map((line) => JSON.parse(line) as { readonly msg: string })
      .filter(({ msg }) => /^(session|turn) /.test(msg));
    expect(lines.map(({ msg }) => msg)).toEqual([
      'session started',
      ...Array.from({ length: 5 }, () => 'turn ended'),
      'session ended',
    ]);
    expect(JSON.parse(ended)).toMatchObject({
      sessionId: grant.session_id,
      reason: 'normal',
      turns: 5,
      lostConnections: 1,
    });
    const [first, second, third, fourth, fifth] = lines.slice(1);
    expect(first).toMatchObject({
      turnId: expect.stringMatching(/^turn_/),
      itemId: expect.stringMatching(/^item_/),
      responseId: expect.stringMatching(/^resp_/),
      utterance: 1,
      endedBy: 'speech-stopped',
      trigger: 'speech',
      outcome: 'completed',
      audioMs: 300,
      providers: {
        transcriber: 'scripted-transcriber',
        generator: 'scripted-generator',
        synthesizer: 'scripted-synthesizer',
      },
      timeline: { llm_ttft_ms: expect.any(Number), tts_ttfb_ms: expect.any(Number) },
      usage: { asr_seconds: 0.3 },
    });
    expect(second).toMatchObject({
      endedBy: 'typed',
      outcome: 'cancelled',
      failovers: ['scripted-generator to second: generator_timeout'],
    });
    expect(third).toMatchObject({ outcome: 'failed', code: 'transcriber_failed' });
    expect(fourth).toMatchObject({ outcome: 'no-words' });
    expect(fifth).toMatchObject({ outcome: 'discarded' });
    for (const word of [HEARD, TYPED, SAID]) expect(relay.logs.lines.join()).not.toContain(word);
  });
});

function all<T extends CallEvent['type']>(type: T): CallEventOf<T>[] {
  return events.filter((event): event is CallEventOf<T> => event.type === type);
}

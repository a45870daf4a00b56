import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { apologyFor, EARLIER_I_SAID } from '../src/call/turn/replying/apologies.ts';
import { FILLER_SENTENCES } from '../src/call/turn/replying/fill.ts';
import { Watchdog } from '../src/call/turn/watchdog.ts';
import { systemClock, type Clock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { Problems } from '../src/base/lib/problems.ts';
import { FailedAudio } from '../src/watching/logs/failed-audio.ts';
import type { Failover, Provider } from '../src/call/stages/provider.ts';
import {
  createFailoverStages,
  type FailoverStagesOptions,
} from '../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY as RESILIENCE } from '../src/call/stages/health/policy.ts';
import { startCallServer } from './support/call-server.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { ScriptedLadder } from './support/scripted-ladder.ts';
import { scriptedStages, type ScriptedProviders } from './support/scripted-stages.ts';
import { counting, ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import type { TestCall } from './support/test-call.ts';
import { FakeOpus } from '../src/base/lib/opus-thread.fake.ts';

/** A busy machine excuses no provider: each failure counts. */
const clock: Clock = { ...systemClock, lostMs: () => 0 };
const speech = counting(7, 4_800);

const scripted = (providers?: ScriptedProviders) => scriptedStages(clock, providers);

/** The words of the reply that is over next. */
async function nextReply(call: TestCall): Promise<string> {
  const done = await call.inbound.next('response.done');
  return call.inbound
    .ofType('response.output_audio_transcript.delta')
    .filter(({ response_id }) => response_id === done.response_id)
    .map(({ delta }) => delta)
    .join('');
}

/** A provider under another name. */
function named<T extends Provider>(name: string, provider: T): T {
  return Object.defineProperty(provider, 'name', { value: name });
}

const browserTranscriber = named('browser', new ScriptedTranscriber({ clock }));

function resilient(change: Partial<FailoverStagesOptions>) {
  return createFailoverStages({
    transcribers: [new ScriptedTranscriber({ clock })],
    generators: [new ScriptedGenerator({ clock })],
    synthesizers: [new ScriptedSynthesizer({ clock })],
    policy: { ...RESILIENCE, retry: { fastMs: 0, when: 'never' } },
    clock,
    logger: silentLogger,
    ...change,
  });
}

/** The client's notices of its providers, in order. */
function changes(call: TestCall): string[] {
  return call.inbound.events.flatMap((event) =>
    event.type === 'session.degraded' || event.type === 'session.restored'
      ? [`${event.type.slice('session.'.length)} ${event.from} ${event.to}`]
      : [],
  );
}

describe('a client is told', () => {
  it('who stands in for a generator, and when it is itself again', async () => {
    let turn = 0;
    const failover: Failover = {
      stage: 'generator',
      from: 'scripted-generator',
      to: 'second-generator',
      reason: 'generator_timeout',
    };
    const reply = () => [words('Here it is.')];
    const generator = [
      new ScriptedGenerator({
        clock,
        reply: () => (turn++ === 0 ? [{ fail: new ParleyError('generator_timeout') }] : reply()),
      }),
      named('second-generator', new ScriptedGenerator({ clock, reply })),
    ];
    await using server = await startCallServer({ providers: scripted({ generator }) });
    await using call = await server.call();
    call.type('Hello');
    const { seq: _, ...degraded } = await call.inbound.next('session.degraded');
    expect(degraded).toEqual({ type: 'session.degraded', ...failover });
    await nextReply(call);
    call.type('Hello again');
    expect(await call.inbound.next('session.restored')).toMatchObject({
      stage: 'generator',
      from: 'second-generator',
      to: 'scripted-generator',
    });
    expect(await nextReply(call)).toBe('Here it is.');
  });

  it('what the ladder says from the start, and what changes while nothing happens', async () => {
    const ladder = new ScriptedLadder();
    ladder.move('synthesizer', 'second-synthesizer');
    await using server = await startCallServer({ providers: scripted({ ladder }) });
    await using call = await server.call();
    expect(call.inbound.ofType('session.created')[0]?.session.providers).toEqual({
      transcriber: 'scripted-transcriber',
      generator: 'scripted-generator',
      synthesizer: 'second-synthesizer',
    });
    ladder.move('synthesizer', 'scripted-synthesizer');
    await call.inbound.next('session.restored');
    ladder.move('transcriber', 'none');
    expect(await call.inbound.next('session.degraded')).toMatchObject({
      stage: 'transcriber',
      to: 'none',
      reason: 'transcriber_failed',
    });
    // No question was asked, and no caller is left waiting to be heard.
    expect(await call.inbound.next('response.created')).toMatchObject({ trigger: 'notice' });
    expect(await nextReply(call)).toBe('I cannot hear for now. Please type to me.');
    call.speak(1, speech);
    await call.inbound.next('conversation.item.input_audio_transcription.failed');
    call.type('Hello');
    expect(await nextReply(call)).toBe('You said Hello.');
    expect(call.inbound.ofType('error')).toEqual([]);
    await call.hangUp();
    expect(ladder.listeners).toBe(0);
  });

  it('in a whole sentence what to do where hearing goes to the browser', async () => {
    const ladder = new ScriptedLadder();
    const transcriber = new ScriptedTranscriber({
      clock,
      open: async () => {
        ladder.move('transcriber', 'browser');
        throw new ParleyError('transcriber_failed');
      },
    });
    await using server = await startCallServer({ providers: scripted({ transcriber, ladder }) });
    await using call = await server.call();
    call.speak(1, speech);
    expect(await call.inbound.next('session.degraded')).toMatchObject({ to: 'browser' });
    expect(await nextReply(call)).toBe(apologyFor('transcriber_failed', 'browser'));
    expect(call.inbound.frames.length).toBeGreaterThan(1);
  });
});

describe('with several providers behind each stage', () => {
  it('a client is told of each change of the ladder once, there and back', async () => {
    let isBroken = true;
    const fail = new ParleyError('generator_failed');
    const first = new ScriptedGenerator({
      clock,
      reply: () => (isBroken ? [{ fail }] : [words('First.')]),
    });
    const second = new ScriptedGenerator({ clock, reply: () => [words('Second.')] });
    await using providers = resilient({ generators: [named('a', first), named('b', second)] });
    await using server = await startCallServer({ providers });
    await using call = await server.call();
    // The third failure opens the breaker, which is nothing new to the client.
    for (let turn = 0; turn < 4; turn++) {
      call.type('Hello');
      expect(await nextReply(call)).toBe('Second.');
    }
    expect(first.requests).toHaveLength(3);
    isBroken = false;
    providers.reset('generator', 'a');
    await call.inbound.next('session.restored');
    call.type('Hello');
    expect(await nextReply(call)).toBe('First.');
    expect(changes(call)).toEqual(['degraded a b', 'restored b a']);
  });

  it('the browser is asked to listen once hearing has failed three times, not before', async () => {
    const broken = new ScriptedTranscriber({
      clock,
      open: () => Promise.reject(new ParleyError('transcriber_failed')),
    });
    await using providers = resilient({ transcribers: [named('a', broken), browserTranscriber] });
    await using server = await startCallServer({ providers });
    await using call = await server.call();
    const replies: string[] = [];
    for (let utterance = 1; utterance <= 3; utterance++) {
      call.speak(utterance, speech);
      replies.push(await nextReply(call));
    }
    const again = apologyFor('transcriber_failed');
    expect(replies).toEqual([again, again, apologyFor('transcriber_failed', 'browser')]);
    expect(changes(call)).toEqual(['degraded a browser']);
    expect(call.inbound.ofType('session.degraded')[0]?.reason).toBe('transcriber_failed');
  });

  it.each([
    ['followed by another', 'b', 'One two three four. And five.', []],
    [
      'left to the page',
      'browser',
      'One two three four. four. And five.',
      [' four.', ' And five.'],
    ],
  ])('a voice that breaks off is %s, from its very word', async (_, next, shown, unspoken) => {
    const breaking = new ScriptedSynthesizer({
      clock,
      speak: (_text, clause) =>
        clause === 0
          ? [
              { give: { type: 'clause-begun', clause } },
              { give: { type: 'speech-audio', clause, samples: new Int16Array(16_000) } },
              { fail: new ParleyError('synthesizer_failed') },
            ]
          : [],
    });
    const second = new ScriptedSynthesizer({ clock });
    await using providers = resilient({
      synthesizers: [named('a', breaking), named(next, second)],
      generators: [
        new ScriptedGenerator({ clock, reply: () => [words('One two three four. And five.')] }),
      ],
    });
    await using server = await startCallServer({ providers });
    await using call = await server.call();
    call.type('Count');
    expect(await nextReply(call)).toBe(shown);
    const deltas = call.inbound.ofType('response.output_audio_transcript.delta');
    const silent = deltas.filter((event) => event.audio_start_ms === null && event.delta !== '');
    expect(silent.map(({ delta }) => delta)).toEqual(unspoken);
    expect(call.inbound.ofType('response.done')[0]?.error).toBeNull();
    expect(changes(call)).toEqual([`degraded a ${next}`]);
    expect(call.inbound.frames.length).toBeGreaterThan(5);
  });
});

describe('an answer', () => {
  it('that is slow is bridged, and one that fails is given from memory', async () => {
    let turn = 0;
    const generator = new ScriptedGenerator({
      clock,
      reply: () =>
        turn++ === 0
          ? [{ waitMs: 200 }, words('Paris.')]
          : [{ fail: new ParleyError('generator_failed') }],
    });
    await using server = await startCallServer({
      providers: scripted({ generator }),
      policy: { fillerDelayMs: 20, allowCachedAnswers: true },
    });
    await using call = await server.call();
    call.type('What is the capital of France?');
    const first = await nextReply(call);
    expect(FILLER_SENTENCES.map((filler) => `${filler} Paris.`)).toContain(first);
    call.type('What is the capital of France?');
    expect(await nextReply(call)).toBe(`${EARLIER_I_SAID} Paris.`);
    call.type('And of Spain?');
    expect(await nextReply(call)).toBe(apologyFor('generator_failed'));
  });
});

describe('a stage that hangs', () => {
  it('is given up, in words, and the recording of what was said is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-ladder-'));
    const dir = join(folder, 'failed-audio');
    const problems = new Problems(clock);
    const failedAudio = new FailedAudio({
      dir,
      opus: new FakeOpus(),
      clock,
      logger: silentLogger,
      problems,
    });
    try {
      const transcriber = new ScriptedTranscriber({
        clock,
        onFinal: () => ['hang'],
        ignoresAbort: true,
      });
      await using server = await startCallServer({
        providers: scripted({ transcriber }),
        watchdog: new Watchdog({ clock, intervalMs: 20, warnAfterMs: 40, giveUpAfterMs: 80 }),
        observers: [failedAudio],
      });
      await using call = await server.call();
      call.speak(1, speech);
      expect(await nextReply(call)).toBe(apologyFor('transcriber_timeout'));
      await server.logs.until('a stage makes no progress and is given up');
      await failedAudio.idle();
      expect(await readdir(dir)).toHaveLength(2);
      // The next call does not wait for it.
      call.type('Hello');
      expect(await nextReply(call)).toBe('You said Hello.');
    } finally {
      await failedAudio[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

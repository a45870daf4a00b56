import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import {
  finalWords,
  ScriptedTranscriber,
  transcriptOf,
  type ScriptedTranscriberOptions,
} from '../../../../test/support/scripted-transcriber.ts';
import { counting } from '../../../../test/support/scripted-synthesizer.ts';
import { scriptedStages } from '../../../../test/support/scripted-stages.ts';
import { DEADLINES } from '../../../../test/support/test-conversation.ts';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { Transcription } from '../../stages/transcriber/transcriber.ts';
import type { CallEventBody } from '../../events/call-events.ts';
import { Watchdog } from '../watchdog.ts';
import { Listening, type Settled, type UtteranceOutcome } from './listening.ts';
import { FakeOpus } from '../../../base/lib/opus-thread.fake.ts';

/** One utterance, begun. */
function begin(script: Omit<ScriptedTranscriberOptions, 'clock'> = {}) {
  const clock = new FakeClock();
  const transcriber = new ScriptedTranscriber({ clock, ...script });
  const partials: string[] = [];
  const callEvents: CallEventBody[] = [];
  const { promise: settled, resolve: onSettled } = Promise.withResolvers<Settled>();
  const listening = new Listening({
    caller: 'test',
    transcriber: scriptedStages(clock, { transcriber, deadlines: DEADLINES }).transcriber,
    settings: { language: 'en-US' },
    onProgress: () => {},
    output: {
      event: (event) => {
        if ('transcript' in event) partials.push(event.transcript);
      },
      audio: () => {},
      dropAudio: () => {},
      writable: () => Promise.resolve(),
      nowMs: () => clock.now(),
    },
    emit: (event) => callEvents.push(event),
    watchdog: new Watchdog({ clock }),
    opus: new FakeOpus(),
    logger: silentLogger,
  });
  listening.start({ number: 1, turnId: 'turn_1', mayInterrupt: false }, onSettled);
  let outcome: UtteranceOutcome | undefined;
  const outcomePromise = settled.then((value) => (outcome = value.outcome));
  return {
    clock,
    transcriber,
    listening,
    partials,
    callEvents,
    whole: settled,
    settled: outcomePromise,
    outcome: () => outcome,
  };
}

const codeOf = (outcome: UtteranceOutcome | undefined) =>
  outcome?.kind === 'failed' ? outcome.error.code : outcome?.kind;

it('hands on every sample, those that came before the recogniser was open included', async () => {
  const { listening, settled } = begin();
  listening.push(counting(0, 1_600));
  listening.push(counting(1_600, 1_600));
  await settle();
  listening.push(counting(3_200, 100));
  listening.end({});
  expect(await settled).toEqual({
    kind: 'heard',
    text: transcriptOf(counting(0, 3_300)),
    unrecognised: false,
  });
});

it('is finalized even if it ends before the recogniser is open', async () => {
  const { listening, settled } = begin();
  listening.push(counting(0, 1_600));
  listening.end({});
  expect(await settled).toMatchObject({ text: transcriptOf(counting(0, 1_600)) });
});

it('tells the words so far', async () => {
  const { listening, partials, settled } = begin({
    whileSpeaking: [
      { give: { type: 'transcript-partial', text: 'what' } },
      { give: { type: 'transcript-partial', text: 'what time' } },
    ],
  });
  listening.end({});
  await settled;
  expect(partials).toEqual(['what', 'what time']);
});

it.each([
  ...['...', '…', '♪', '♪♪♪', '-', '?', '。', '🎵', '[BLANK_AUDIO]', ' [ Silence ]\n', '(music)'],
  ...[
    '*coughs*',
    '（笑い）',
    '【音楽】',
    '<noise>',
    '{laughter}',
    '[(wind blowing)] ... ♪',
    '♪ (music) ♪',
  ],
])('%j are no words, neither in between nor at the end', async (text) => {
  const { listening, partials, settled } = begin({
    whileSpeaking: [{ give: { type: 'transcript-partial', text } }],
    onFinal: () => [finalWords(text)],
  });
  listening.push(counting(0, 1_600));
  await settle();
  expect(listening.progress?.words).toBe('');
  expect(listening.hasPartials).toBe(false);
  listening.end({});
  expect(await settled).toEqual({ kind: 'heard', text: '', unrecognised: false });
  expect(partials).toEqual([]);
});

it.each([
  ...['No.', '7', '٣', 'はい', 'न', 'ok...', 'Thank you.', 'Thank you for watching!', 'you'],
  ...[
    'Call (555) 1234.',
    '♪ la la la ♪',
    '[laughs] Yes.',
    'a < b',
    '2 * 3 * 4',
    `(${'so '.repeat(80)})`,
  ],
])('%j are words', async (text) => {
  const { listening, settled } = begin({ onFinal: () => [finalWords(text)] });
  listening.end({});
  expect(await settled).toMatchObject({ text });
});

it('fails if its recogniser ends without a final transcript', async () => {
  const { listening, settled } = begin({ onFinal: () => [] });
  listening.end({});
  expect(codeOf(await settled)).toBe('transcriber_failed');
});

it('emits its beginning and each attempt, and says who gave its words and when', async () => {
  const { listening, callEvents, whole, settled, clock } = begin({
    onFinal: () => [{ waitMs: 300 }, finalWords('hello')],
  });
  await settle();
  listening.push(counting(0, 1_600));
  listening.end({});
  await clock.advance(300);
  await settled;
  const utterance = { turnId: 'turn_1', itemId: expect.stringMatching(/^item_/), utterance: 1 };
  const provider = 'scripted-transcriber';
  expect(callEvents).toEqual([
    { type: 'utterance-started', ...utterance },
    {
      type: 'provider-attempted',
      turnId: 'turn_1',
      stage: 'transcriber',
      provider,
      outcome: 'succeeded',
      durationMs: 300,
      fault: null,
    },
  ]);
  expect(await whole).toMatchObject({ provider, audioMs: 100, finalMs: 300, standIn: undefined });
});

describe('a recogniser that', () => {
  it.each([
    ['never opens', 0, { open: () => new Promise<Transcription>(() => {}) }],
    ['never answers', 300_000, { onFinal: () => ['hang' as const], ignoresAbort: true }],
    [
      'never ends',
      300_000,
      { onFinal: () => [{ waitMs: 1e9 }, finalWords('late')], ignoresAbort: true },
    ],
  ])('%s is given up within thirty seconds of the end of speech', async (_, speechMs, script) => {
    const { clock, listening, outcome } = begin(script);
    await clock.advance(speechMs);
    listening.end({});
    await clock.advance(0.9 * DEADLINES.transcriberMs);
    expect(outcome()).toBeUndefined();
    await clock.advance(0.1 * DEADLINES.transcriberMs);
    expect(codeOf(outcome())).toBe('transcriber_timeout');
  });

  it.each([
    ['cannot be reached', { open: () => Promise.reject(new Error('ECONNREFUSED')) }],
    [
      'throws instead of rejecting',
      {
        open: () => {
          throw new Error('no such model');
        },
      },
    ],
    ['fails midway', { whileSpeaking: [{ fail: new Error('socket hang up') }] }],
    ['throws at audio', { pushError: new Error('write after end') }],
  ])('%s has failed, with its cause for the log alone', async (_, script) => {
    const { listening, transcriber, settled } = begin(script);
    await settle();
    listening.push(counting(0, 1_600));
    const outcome = await settled;
    expect(codeOf(outcome)).toBe('transcriber_failed');
    expect(outcome).toHaveProperty('error.cause');
    expect(transcriber.openStreams).toBe(0);
  });

  it('throws at the end of the audio has failed', async () => {
    const { listening, settled } = begin({
      open: () =>
        Promise.resolve({
          push() {},
          finalize() {
            throw new Error('write after end');
          },
          events: (async function* () {
            yield* [];
            await new Promise(() => {});
          })(),
        }),
    });
    await settle();
    listening.end({});
    expect(codeOf(await settled)).toBe('transcriber_failed');
  });

  it('is busy says so itself', async () => {
    const { settled } = begin({
      open: () => Promise.reject(new ParleyError('capacity_exhausted')),
    });
    expect(codeOf(await settled)).toBe('capacity_exhausted');
  });
});

it('that is taken back is over at once and releases its recogniser', async () => {
  const { listening, transcriber, clock, settled } = begin({ ignoresAbort: true });
  await settle();
  expect(transcriber.openStreams).toBe(1);
  listening.discard();
  expect(await settled).toEqual({ kind: 'discarded' });
  listening.push(counting(0, 10));
  listening.end({});
  expect(transcriber.openStreams).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it('leaves no deadline behind', async () => {
  const { listening, clock, settled } = begin();
  listening.end({});
  await settled;
  expect(clock.pendingTimers).toBe(0);
});

it('lets a recogniser that can speculate do so at each possible end of speech', async () => {
  const calls: string[] = [];
  const { listening } = begin({
    open: async () => ({
      push: () => calls.push('audio'),
      speculate: () => calls.push('speculate'),
      finalize: () => {},
      events: (async function* () {
        yield* [];
        await new Promise(() => {});
      })(),
    }),
  });
  await settle();
  const loud = new Int16Array(1_600).fill(3_000);
  const quiet = new Int16Array(1_600).fill(100);
  for (const samples of [
    quiet,
    loud,
    quiet,
    loud,
    quiet,
    quiet,
    quiet,
    quiet,
    loud,
    quiet,
    quiet,
  ]) {
    listening.push(samples);
  }
  const speculations = calls.flatMap((call, index) => (call === 'speculate' ? [index] : []));
  // After the sixth piece and the eleventh.
  expect(speculations).toEqual([6, 12]);
  listening.discard();
});

it('does not end at a recogniser’s own end-of-turn', async () => {
  const { listening, partials, settled } = begin({
    whileSpeaking: [
      { give: { type: 'eager-end-of-turn', text: 'what' } },
      { give: { type: 'turn-resumed' } },
      { give: { type: 'end-of-turn', text: 'what' } },
    ],
    onFinal: () => [finalWords('what time is it')],
  });
  await settle();
  listening.push(counting(0, 1_600));
  listening.end({});
  expect(await settled).toMatchObject({ text: 'what time is it' });
  expect(partials).toEqual([]);
});

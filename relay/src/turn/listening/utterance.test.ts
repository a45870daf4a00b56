import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import {
  finalWords,
  joined,
  ScriptedTranscriber,
  transcriptOf,
  type ScriptedTranscriberOptions,
} from '../../../test/support/scripted-transcriber.ts';
import { counting } from '../../../test/support/scripted-synthesizer.ts';
import { DEADLINES } from '../../../test/support/test-conversation.ts';
import { FakeClock, settle } from '../../lib/fake-clock.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { Transcription } from '../../stages/transcriber.ts';
import { Utterance, type UtteranceOutcome } from './utterance.ts';

function begin(script: Omit<ScriptedTranscriberOptions, 'clock'> = {}) {
  const clock = new FakeClock();
  const transcriber = new ScriptedTranscriber({ clock, ...script });
  const partials: string[] = [];
  const utterance = new Utterance({
    transcriber,
    language: 'en-US',
    clock,
    deadlineMs: DEADLINES.transcriberMs,
    maxSamples: 960_000,
    onPartial: (text) => partials.push(text),
    onFailover: () => {},
    onProgress: () => {},
    logger: silentLogger,
  });
  let outcome: UtteranceOutcome | undefined;
  void utterance.outcome.then((settled) => (outcome = settled));
  return { clock, transcriber, utterance, partials, outcome: () => outcome };
}

const codeOf = (outcome: UtteranceOutcome | undefined) =>
  outcome?.kind === 'failed' ? outcome.error.code : outcome?.kind;

it('hands on every sample, those that came before the recogniser was open included', async () => {
  const { utterance } = begin();
  utterance.push(counting(0, 1_600));
  utterance.push(counting(1_600, 1_600));
  await settle();
  utterance.push(counting(3_200, 100));
  utterance.finalize();
  expect(await utterance.outcome).toEqual({
    kind: 'heard',
    text: transcriptOf(counting(0, 3_300)),
    unrecognised: false,
  });
});

it('is finalized even where it ends before the recogniser is open', async () => {
  const { utterance } = begin();
  utterance.push(counting(0, 1_600));
  utterance.finalize();
  expect(await utterance.outcome).toMatchObject({ text: transcriptOf(counting(0, 1_600)) });
});

it('tells the words so far', async () => {
  const { utterance, partials } = begin({
    whileSpeaking: [
      { give: { type: 'transcript-partial', text: 'what' } },
      { give: { type: 'transcript-partial', text: 'what time' } },
    ],
  });
  utterance.finalize();
  await utterance.outcome;
  expect(partials).toEqual(['what', 'what time']);
});

it('that the recogniser ends without a word has none', async () => {
  const { utterance } = begin({ onFinal: () => [] });
  utterance.finalize();
  expect(await utterance.outcome).toEqual({ kind: 'heard', text: '', unrecognised: false });
});

describe('a recogniser that', () => {
  it.each([
    ['never opens', { open: () => new Promise<Transcription>(() => {}) }],
    ['never answers', { onFinal: () => ['hang' as const], ignoresAbort: true }],
    ['never ends', { onFinal: () => [{ waitMs: 1e9 }, finalWords('late')], ignoresAbort: true }],
  ])('%s is given up thirty seconds after the person has finished', async (_, script) => {
    const { clock, utterance, outcome } = begin(script);
    await clock.advance(300_000);
    utterance.finalize();
    await clock.advance(DEADLINES.transcriberMs - 1);
    expect(outcome()).toBeUndefined();
    await clock.advance(1);
    expect(codeOf(outcome())).toBe('transcriber_timeout');
  });

  it.each([
    ['cannot be reached', { open: () => Promise.reject(new Error('ECONNREFUSED')) }],
    [
      'throws where it should have promised',
      {
        open: () => {
          throw new Error('no such model');
        },
      },
    ],
    ['fails midway', { whileSpeaking: [{ fail: new Error('socket hang up') }] }],
    ['throws at audio', { pushError: new Error('write after end') }],
  ])('%s has failed, with its cause for the log alone', async (_, script) => {
    const { utterance, transcriber } = begin(script);
    await settle();
    utterance.push(counting(0, 1_600));
    const outcome = await utterance.outcome;
    expect(codeOf(outcome)).toBe('transcriber_failed');
    expect(outcome).toHaveProperty('error.cause');
    expect(transcriber.openStreams).toBe(0);
  });

  it('throws at the end of the audio has failed', async () => {
    const { utterance } = begin({
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
    utterance.finalize();
    expect(codeOf(await utterance.outcome)).toBe('transcriber_failed');
  });

  it('is busy says so itself', async () => {
    const { utterance } = begin({
      open: () => Promise.reject(new ParleyError('capacity_exhausted')),
    });
    expect(codeOf(await utterance.outcome)).toBe('capacity_exhausted');
  });
});

it('that is taken back is over at once and releases its recogniser', async () => {
  const { utterance, transcriber, clock } = begin({ ignoresAbort: true });
  await settle();
  expect(transcriber.openStreams).toBe(1);
  utterance.discard();
  expect(await utterance.outcome).toEqual({ kind: 'discarded' });
  utterance.push(counting(0, 10));
  utterance.finalize();
  expect(transcriber.openStreams).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

it('leaves no deadline behind', async () => {
  const { utterance, clock } = begin();
  utterance.finalize();
  await utterance.outcome;
  expect(clock.pendingTimers).toBe(0);
});

it('gives everything to a new stream where it must begin again, once', async () => {
  const opened: Int16Array[][] = [];
  const { utterance } = begin({
    open: async () => {
      const pieces: Int16Array[] = [];
      opened.push(pieces);
      const finalized = Promise.withResolvers<void>();
      return {
        push: (samples) => pieces.push(samples.slice()),
        finalize: () => finalized.resolve(),
        events: (async function* () {
          await finalized.promise;
          yield { type: 'transcript-final' as const, text: 'hello', unrecognised: false };
        })(),
      };
    },
  });
  await settle();
  utterance.push(counting(0, 1_600));
  expect(utterance.restart()).toBe(true);
  expect(utterance.restart()).toBe(false);
  await settle();
  utterance.push(counting(1_600, 1_600));
  utterance.finalize();
  expect(await utterance.outcome).toMatchObject({ kind: 'heard', text: 'hello' });
  expect(opened).toHaveLength(2);
  expect(joined(opened[1]!)).toEqual(counting(0, 3_200));
});

it('hints at each possible end of speech to a recogniser that can use it', async () => {
  const calls: string[] = [];
  const { utterance } = begin({
    open: async () => ({
      push: () => calls.push('audio'),
      speculate: () => calls.push('hint'),
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
    utterance.push(samples);
  }
  const hints = calls.flatMap((call, index) => (call === 'hint' ? [index] : []));
  // After the sixth piece and the eleventh.
  expect(hints).toEqual([6, 12]);
  utterance.discard();
});

it('takes a recogniser’s judgement of the turn for no more than that', async () => {
  const { utterance, partials } = begin({
    whileSpeaking: [
      { give: { type: 'turn-eager-ended', text: 'what' } },
      { give: { type: 'turn-resumed' } },
      { give: { type: 'turn-ended', text: 'what' } },
    ],
    onFinal: () => [finalWords('what time is it')],
  });
  await settle();
  utterance.push(counting(0, 1_600));
  utterance.finalize();
  expect(await utterance.outcome).toMatchObject({ text: 'what time is it' });
  expect(partials).toEqual([]);
});

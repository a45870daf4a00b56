import { describe, expect, test } from 'vitest';
import { settle } from '../../src/base/lib/clock.fake.ts';
import type { AdapterUse, ReportUse } from '../../src/call/stages/provider.ts';
import type {
  Transcriber,
  Transcription,
  TranscriptEvent,
} from '../../src/call/stages/transcriber/transcriber.ts';
import { defineFaultCases, defineProbeCases, type FaultDefinition } from './faults.ts';
import {
  asProviderError,
  unrestOf,
  heldBeyond,
  isPrompt,
  heldBefore,
  outcomeOf,
  until,
} from './outcome.ts';
import { wrongLanguages } from './languages.ts';
import { Rig, type Subject } from './subject.ts';

const CHUNK = 1_600;
const SAMPLES_PER_S = 16_000;
const WORDS = 'the quick brown fox';
const PATIENCE_MS = 10_000;

export interface TranscriberTraits {
  /** false if words come only once all audio is there. */
  readonly answersInPieces?: boolean;
  /** false if the audio is kept and sent as a whole, so that no line can be full. */
  readonly streamsAudio?: boolean;
}

/**
 * The same cases for every transcriber that speaks to a vendor.
 *
 * @returns its cases for `defineFaults`
 */
export function defineTranscriberCases(
  subject: Subject<Transcriber>,
  { answersInPieces = true, streamsAudio = true }: TranscriberTraits = {},
): FaultDefinition {
  describe(`transcriber ${subject.name}`, () => {
    test('all words come before exactly one final transcript', async () => {
      await using rig = await Rig.set(subject, { hear: () => WORDS });
      const { kind, events } = await hearing(rig.port, speech(2, 1_000));
      expect(kind).toBe('completed');
      expect(finals(events)).toEqual([WORDS]);
      expect(events.at(-1)?.type).toBe('transcript-final');
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('hears every sample, in order', async () => {
      let heard = new Int16Array(0);
      await using rig = await Rig.set(subject, {
        hear: (audio) => {
          heard = Int16Array.from(audio);
          return WORDS;
        },
      });
      await hearing(rig.port, stairs(3));
      // The vendor may want another rate, and silence at the end; the stairs are the same.
      const levels = heard.filter((sample) => sample % 1_000 === 0 && sample !== 0);
      const stairsHeard = levels.filter((level, index) => level !== levels[index - 1]);
      expect([...stairsHeard]).toEqual([1_000, 2_000, 3_000]);
      expect(heard.length).toBeGreaterThanOrEqual(3 * SAMPLES_PER_S - 100);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('one stream after the other is heard apart', async () => {
      await using rig = await Rig.set(subject, { hear: levelOf });
      for (const level of [500, 900, 1_300]) {
        const { events } = await hearing(rig.port, speech(1, level));
        expect(finals(events)).toEqual([`level ${level}`]);
      }
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('twenty streams at once are not mixed up', async () => {
      await using rig = await Rig.set(subject, { hear: levelOf });
      const levels = Array.from({ length: 20 }, (_, index) => 400 + index * 100);
      const outcomes = await Promise.all(
        levels.map((level) => hearing(rig.port, speech(1, level))),
      );
      expect(outcomes.map(({ events }) => finals(events))).toEqual(
        levels.map((level) => [`level ${level}`]),
      );
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('tells once how much audio the vendor was sent', async () => {
      const heard: Int16Array[] = [];
      await using rig = await Rig.set(subject, {
        hear: (audio) => {
          heard.push(audio);
          return WORDS;
        },
      });
      const used: AdapterUse[] = [];
      await hearing(rig.port, speech(2, 1_000), (use) => used.push(use));
      const longest = Math.max(...heard.map(({ length }) => length));
      const rateHz = longest > 2.5 * SAMPLES_PER_S ? 24_000 : SAMPLES_PER_S;
      const audioMs = Math.ceil((longest * 1_000) / rateHz);
      expect(used).toMatchObject([{ model: expect.stringMatching(/./), units: { audioMs } }]);
      expect(audioMs).toBeGreaterThanOrEqual(2_000);
    });

    test('names the languages that it knows by primary subtags', async () => {
      await using rig = await Rig.set(subject);
      expect(wrongLanguages(rig.port.languages)).toEqual([]);
    });

    test('tells it in the moment of an abort', async () => {
      let isUploaded = false;
      await using rig = await Rig.set(subject, {
        finalDelayMs: 10_000,
        hear: () => {
          isUploaded = true;
          return '';
        },
      });
      const abort = new AbortController();
      const used: AdapterUse[] = [];
      const stream = await rig.port.open({
        language: 'en-US',
        signal: abort.signal,
        onUsed: (use) => used.push(use),
      });
      const over = drained(stream);
      await pushAll(stream, speech(1, 1_000));
      stream.finalize();
      await settle();
      // Before a recording has left, nothing is owed for it.
      await until(() => isUploaded || streamsAudio);
      expect(used).toEqual([]);
      abort.abort(new Error('enough'));
      expect(used).toMatchObject([{ units: { audioMs: 1_000 } }]);
      await over;
      expect(used).toHaveLength(1);
    });

    test('tells nothing of an utterance without audio', async () => {
      await using rig = await Rig.set(subject, { hear: () => '' });
      const used: AdapterUse[] = [];
      await hearing(rig.port, [], (use) => used.push(use));
      expect(used).toEqual([]);
    });

    test('no audio at all is no words', async () => {
      await using rig = await Rig.set(subject, { hear: () => '' });
      const { kind, events } = await hearing(rig.port, []);
      expect(kind).toBe('completed');
      expect(finals(events)).toEqual(['']);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('words of any script arrive as they are', async () => {
      const words = 'Привет, 世界! ¿Qué tal? שלום 🎈';
      await using rig = await Rig.set(subject, { hear: () => words });
      const { events } = await hearing(rig.port, speech(1, 1_000));
      expect(finals(events)).toEqual([words]);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test('a minute of speech is heard whole, in however many parts', async () => {
      await using rig = await Rig.set(subject, { hear: (audio) => `${audio.length}` });
      const { events } = await hearing(rig.port, speech(60, 1_000));
      const [words] = finals(events);
      const samples = words!.split(/\s+/).reduce((sum, part) => sum + Number(part), 0);
      expect(samples).toBeGreaterThanOrEqual(60 * SAMPLES_PER_S - 100);
      expect(await unrestOf(rig)).toEqual([]);
    });

    test.each(['before any audio', 'while speaking', 'while waiting for the final words'] as const)(
      'aborted %s, it is gone at once',
      async (moment) => {
        const before = await heldBefore();
        {
          await using rig = await Rig.set(subject, { finalDelayMs: 10_000 });
          const abort = new AbortController();
          const stream = await rig.port.open({ language: 'en-US', signal: abort.signal });
          const events = drained(stream);
          if (moment !== 'before any audio') await pushAll(stream, speech(1, 1_000));
          if (moment === 'while waiting for the final words') stream.finalize();
          await until(() => rig.simulator.open > 0 || !streamsAudio);
          abort.abort(new Error('enough'));
          expect(await isPrompt(events)).toBe(true);
          expect(await events).toBeUndefined();
          expect(await unrestOf(rig)).toEqual([]);
        }
        expect(await heldBeyond(before)).toEqual([]);
      },
    );

    test('aborted before it is open, opening fails with the reason', async () => {
      await using rig = await Rig.set(subject);
      rig.simulator.fail({ kind: 'half-open' }, 'first-use');
      const abort = new AbortController();
      const opening = rig.port.open({ language: 'en-US', signal: abort.signal });
      const reason = new Error('enough');
      abort.abort(reason);
      const refused = opening.then(
        () => (streamsAudio ? 'opened' : reason),
        (error: unknown) => error,
      );
      expect(await isPrompt(refused)).toBe(true);
      expect(await refused).toBe(reason);
    });

    test('a listener who leaves early releases the stream', async () => {
      await using rig = await Rig.set(subject, { hear: () => WORDS });
      const { signal } = new AbortController();
      const stream = await rig.port.open({ language: 'en-US', signal });
      await pushAll(stream, speech(1, 1_000));
      stream.finalize();
      for await (const event of stream.events) if (event.type !== 'turn-resumed') break;
      expect(await unrestOf(rig)).toEqual([]);
    });

    test.runIf(streamsAudio)('audio that the line does not take is not piled up', async () => {
      await using rig = await Rig.set(subject);
      const abort = new AbortController();
      const stream = await rig.port.open({ language: 'en-US', signal: abort.signal });
      rig.simulator.fallSilent();
      const failure = drained(stream);
      const state = { isOver: false };
      void failure.then(() => {
        state.isOver = true;
      });
      const chunk = new Int16Array(CHUNK).fill(1_000);
      // A quarter of an hour of speech, 29 MB: more than any line takes by itself.
      for (let chunks = 0; chunks < 9_000 && !state.isOver; chunks++) {
        stream.push(chunk);
        if (chunks % 20 === 0) await settle();
      }
      expect(await isPrompt(failure)).toBe(true);
      expect(asProviderError(await failure)).toMatchObject({ fault: 'overloaded' });
      abort.abort();
    });
  });

  return () => {
    describe(`transcriber ${subject.name}`, () => {
      defineFaultCases<Transcriber, TranscriptEvent>({
        subject,
        stage: 'transcriber',
        answersInPieces,
        use: (port, signal) => heardBy(port, speech(2, 1_000), signal),
        isWhole: (events) => finals(events).length === 1,
      });
      defineProbeCases(subject, 'transcriber');
    });
  };
}

/** One whole utterance. */
async function* heardBy(
  port: Transcriber,
  chunks: readonly Int16Array[],
  signal: AbortSignal,
  onUsed?: ReportUse,
): AsyncGenerator<TranscriptEvent, void, undefined> {
  let stream: Transcription;
  try {
    stream = await port.open({ language: 'en-US', signal, onUsed });
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  void pushAll(stream, chunks).then(() => stream.finalize());
  yield* stream.events;
}

function hearing(port: Transcriber, chunks: readonly Int16Array[], onUsed?: ReportUse) {
  return outcomeOf((signal) => heardBy(port, chunks, signal, onUsed), PATIENCE_MS);
}

/** The line is given a moment after each piece, as a person gives it a tenth of a second. */
async function pushAll(stream: Transcription, chunks: readonly Int16Array[]): Promise<void> {
  for (const chunk of chunks) {
    stream.push(chunk);
    await settle();
  }
}

/** Resolves with what the events failed with. */
async function drained(stream: Transcription): Promise<unknown> {
  try {
    for await (const event of stream.events) void event;
    return undefined;
  } catch (error) {
    return error;
  }
}

function finals(events: readonly TranscriptEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'transcript-final' ? [event.text] : []));
}

function speech(seconds: number, level: number): Int16Array[] {
  return Array.from({ length: seconds * 10 }, () => new Int16Array(CHUNK).fill(level));
}

/** A second at each level: 1,000, 2,000 … */
function stairs(seconds: number): Int16Array[] {
  return Array.from({ length: seconds }, (_, step) => speech(1, (step + 1) * 1_000)).flat();
}

/** The level in the middle of the audio, to the nearest hundred: identifies streams. */
function levelOf(audio: Int16Array): string {
  const loud = audio.filter((sample) => Math.abs(sample) > 200);
  return `level ${Math.round((loud[loud.length >> 1] ?? 0) / 100) * 100}`;
}

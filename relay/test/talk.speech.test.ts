import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { runTalk } from '../talk/run.ts';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { findSpeech, type Speech } from '../talk/client/speech.ts';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { readFlight } from '@parley/shared/flight/flight-file';
import { openCall } from '../talk/client/call.ts';
import { REFUSED_SENTENCES } from '@parley/phrases/understanding/sentences.rig';
import { openWarmStages, START_MS } from '../src/providers/embedded/warm-engines.rig.ts';
import { trackOf } from '../src/call/stages/synthesizer/track.rig.ts';
import type { FailoverStages } from '../src/call/stages/failover-stages.ts';
import { RequestProxy } from './support/request-proxy.ts';
import { REFUSAL, SPOKEN_QUESTIONS } from './support/spoken-questions.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** Few, for the whole way: how well the recogniser hears is its own tests' subject. */
const ASKED = 6;
const REFUSED = 5;
/** The questions are asked this much faster than real time; the recogniser keeps its own pace. */
const SPEED = 20;
/** Some seconds in which nothing else runs. */
const PATIENCE_MS = 300_000;

let providers: FailoverStages;
let relay: TestRelay;
let folder: string;
beforeAll(async () => {
  providers = await openWarmStages();
  relay = await startTestRelay({ stages: providers });
  folder = await mkdtemp(join(tmpdir(), 'parley-speech-'));
}, START_MS);
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A sentence, spoken: PCM16 mono at 16 kHz. */
async function spoken(text: string, voice: string): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  const { synthesizer } = providers;
  const track = trackOf([text]);
  const { signal } = new AbortController();
  for await (const event of synthesizer.speak(track, { voice, signal })) {
    if (event.type === 'speech-audio') pieces.push(event.samples);
  }
  return joinPcm16(pieces);
}

interface Question {
  readonly say: string;
  readonly voice: string;
}

/** Asks everything in one call. */
async function ask(questions: readonly Question[]) {
  const answers: { transcript: string; reply: string }[] = [];
  const { signal } = new AbortController();
  // In writing: what is measured is hearing and understanding.
  const call = await openCall({ url: relay.url, speed: SPEED, isSpoken: false, signal });
  try {
    for (const { say, voice } of questions) {
      const { transcript, reply } = await call.say(speechIn(await spoken(say, voice)));
      answers.push({ transcript, reply });
    }
  } finally {
    await call.close();
  }
  return answers;
}

function speechIn(samples: Int16Array): Speech {
  const speech = findSpeech(samples);
  if (speech === undefined) throw new Error('The voice said nothing');
  return speech;
}

/** What went wrong, to be read when a test fails. */
function wrongOnes(
  questions: readonly Question[],
  answers: readonly { readonly transcript: string; readonly reply: string }[],
  isRight: (index: number) => boolean,
): string[] {
  return questions.flatMap(({ say, voice }, index) =>
    isRight(index)
      ? []
      : [`${voice}: ${say} -> ${answers[index]!.transcript} -> ${answers[index]!.reply}`],
  );
}

test('a stereo file at 44.1 kHz is understood and answered aloud', async () => {
  const mono = await spoken('what is seven times eight', 'slt');
  const wide = resamplePcm16(mono, 16_000, 44_100);
  const path = join(folder, 'question.wav');
  await writeFile(path, stereo(wide, 44_100));

  let output = '';
  const status = await runTalk(['--json', '--url', relay.url, path], {
    output: { write: (text: string) => (output += text) },
    errors: { write: (text: string) => (output += text) },
    signal: new AbortController().signal,
  });

  expect(status).toBe(0);
  const line = JSON.parse(output) as { voice_to_voice_ms: number };
  expect(line).toMatchObject({
    file: path,
    transcript: 'what is seven times eight',
    reply: expect.stringContaining('56') as string,
    interrupted: false,
    error: null,
  });
  expect(line.voice_to_voice_ms).toBeGreaterThan(500);
});

test('a question in Opus is understood, recorded as it was sent, and replayed so', async () => {
  const path = join(folder, 'compressed.wav');
  const recording = join(folder, 'compressed.flight');
  await writeFile(path, encodeWav(await spoken('what is seven times eight', 'slt'), 16_000));
  const talk = async (...commandLine: string[]) => {
    let output = '';
    const status = await runTalk(['--json', '--url', relay.url, ...commandLine], {
      output: { write: (text: string) => (output += text) },
      errors: { write: (text: string) => (output += text) },
      signal: new AbortController().signal,
    });
    expect(status, output).toBe(0);
    return output;
  };

  const turn = await talk('--codec', 'opus', '--record', recording, path);
  expect(JSON.parse(turn)).toMatchObject({ transcript: 'what is seven times eight', error: null });
  const { entries } = readFlight(await readFile(recording, 'utf8'));
  const frames = entries.filter((entry) => entry.kind === 'sent-audio');
  expect(frames.length).toBeGreaterThan(10);
  expect(frames.filter(({ opus }) => opus === undefined)).toEqual([]);
  await talk('--replay', recording, '--tolerance', '10000');
});

test.each(['pcm16', 'opus'] as const)(
  'questions in %s are understood and answered aloud where WebSockets are blocked',
  async (line) => {
    await using proxy = await RequestProxy.to(relay.url);
    const { signal } = new AbortController();
    const call = await openCall({ url: proxy.url, speed: SPEED, signal, line });
    const question = speechIn(await spoken('what is seven times eight', 'slt'));
    for (let n = 0; n < 2; n += 1) {
      const turn = await call.say(question);
      expect(turn).toMatchObject({
        transcript: 'what is seven times eight',
        reply: expect.stringContaining('56') as string,
        error: null,
      });
      // Half a second of voice, at least.
      expect(joinPcm16(turn.voice?.pieces ?? []).length).toBeGreaterThan(8_000);
    }
    await call.close();
    expect(proxy.paths).toContain(API_PATHS.pollDown);
  },
);

test(
  'questions are answered rightly, each in one of three voices',
  { timeout: PATIENCE_MS },
  async () => {
    const voices = providers.synthesizer.offer().voices.map(({ id }) => id);
    const questions = inTurn(voices, spread(SPOKEN_QUESTIONS, ASKED));
    const answers = await ask(questions);
    const wrong = wrongOnes(questions, answers, (index) =>
      questions[index]!.answer.test(answers[index]!.reply),
    );
    expect(voices).toHaveLength(3);
    expect(wrong).toEqual([]);
  },
);

test('four in five sentences it cannot answer are refused', { timeout: PATIENCE_MS }, async () => {
  const voices = providers.synthesizer.offer().voices.map(({ id }) => id);
  const questions = inTurn(
    voices,
    REFUSED_SENTENCES.slice(0, REFUSED).map((say) => ({ say })),
  );
  const answers = await ask(questions);
  const wrong = wrongOnes(questions, answers, (index) => REFUSAL.test(answers[index]!.reply));
  expect(wrong).toSatisfy(atMost(questions.length * 0.2));
});

/** Every voice of all says a third: that each is understood, `npm run bench -- phrasings` shows. */
function inTurn<T extends object>(voices: readonly string[], questions: readonly T[]) {
  return questions.map((question, index) => ({
    ...question,
    voice: voices[index % voices.length]!,
  }));
}

/** So many of them, from the first to the last. */
function spread<T>(list: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, (_, n) => list[Math.floor((n * list.length) / count)]!);
}

const atMost = (limit: number) => (list: readonly unknown[]) => list.length <= limit;

/** A WAV file with the same sound on both sides. */
function stereo(samples: Int16Array, sampleRateHz: number): Uint8Array {
  const both = new Int16Array(samples.length * 2);
  for (const [index, sample] of samples.entries()) both.fill(sample, index * 2, index * 2 + 2);
  const file = encodeWav(both, sampleRateHz);
  const view = new DataView(file.buffer);
  view.setUint16(22, 2, true);
  view.setUint32(28, sampleRateHz * 4, true);
  view.setUint16(32, 4, true);
  return file;
}

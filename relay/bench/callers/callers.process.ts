import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { createEmbeddedSynthesizer } from '../../src/providers/embedded/embedded-synthesizer.ts';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { openCall } from '../../talk/client/call.ts';
import { connect } from '../../talk/client/connection.ts';
import { findSpeech, type Speech } from '../../talk/client/speech.ts';
import { REDEMPTION_MS } from '../../talk/client/upload-plan.ts';
import { SPOKEN_QUESTIONS } from '../../test/support/spoken-questions.ts';
import { serve } from '../process/serve.ts';

const VOICES = ['slt', 'rms', 'awb'] as const;
/** A person thinks for so long between an answer and the next question. */
const THOUGHT_MS = { least: 500, most: 3_000 } as const;
const CHUNK_SAMPLES = 1_600;
const HOG_CHUNK_MS = 1_000;
const HOG_UTTERANCE_MS = 200;

export interface CallersRequest {
  readonly url: string;
  readonly callers: number;
  /**
   * Sessions beside them that keep the recognisers: half of them send a tenth of a second of
   * silence each second and never finish, half finish an utterance without speech five times a
   * second.
   */
  readonly hogs: number;
  readonly talkMs: number;
}

/** What came of one question. */
export interface Asked {
  /** From the client's report that the speech is over until the answer is heard, ms. */
  readonly delayMs: number | undefined;
  readonly isRight: boolean;
  readonly isRefused: boolean;
  /** The code of what went wrong. */
  readonly problem: string | undefined;
}

interface Question {
  readonly speech: Speech;
  readonly answer: RegExp;
}

let questions: Promise<readonly Question[]> | undefined;

/** Spoken beforehand: what the voices cost is not the relay's. */
async function speakQuestions(): Promise<readonly Question[]> {
  await using synthesizer = createEmbeddedSynthesizer({ maxWorkers: 2, waitMs: 60_000 });
  const { signal } = new AbortController();
  const spoken: Question[] = [];
  for (const voice of VOICES) {
    for (const { say, answer } of SPOKEN_QUESTIONS) {
      const clauses = (async function* () {
        yield say;
      })();
      const pieces: Int16Array[] = [];
      for await (const event of synthesizer.synthesize(clauses, { voice, signal })) {
        if (event.type === 'speech-audio') pieces.push(event.samples);
      }
      const speech = findSpeech(joinPcm16(pieces));
      if (speech === undefined) throw new Error(`Nothing was said for "${say}".`);
      spoken.push({ speech, answer });
    }
  }
  return spoken;
}

async function askOn(
  { url, callers, talkMs }: CallersRequest,
  caller: number,
  all: readonly Question[],
): Promise<Asked[]> {
  const { signal } = new AbortController();
  const asked: Asked[] = [];
  const untilMs = systemClock.now() + talkMs;
  await sleep(systemClock, (caller / callers) * THOUGHT_MS.most, signal);
  const call = await openCall({ url, signal });
  try {
    for (let turn = 0; systemClock.now() < untilMs; turn += 1) {
      const { speech, answer } = all[(caller * 7 + turn * 11) % all.length]!;
      const { latency, transcript, reply, error } = await call.say(speech);
      asked.push({
        delayMs: latency === null ? undefined : latency.voiceToVoiceMs - REDEMPTION_MS,
        isRight: answer.test(reply),
        isRefused: transcript === '',
        problem: error?.code,
      });
      const { least, most } = THOUGHT_MS;
      await sleep(systemClock, least + Math.random() * (most - least), signal);
    }
  } finally {
    await call.close();
  }
  return asked;
}

/** Holds a recogniser until `signal`. */
async function hog(url: string, finishes: boolean, signal: AbortSignal): Promise<void> {
  const connection = await connect({ url, signal: new AbortController().signal });
  const silence = new Int16Array(CHUNK_SAMPLES);
  connection.speechStarted(1, performance.now());
  for (let utterance = 1; !signal.aborted;) {
    const startMs = performance.now();
    connection.sendAudio({ utterance, audio: silence, startMs, last: finishes });
    if (finishes) {
      connection.speechStopped(utterance, performance.now());
      utterance += 1;
      connection.speechStarted(utterance, performance.now());
    }
    await sleep(systemClock, finishes ? HOG_UTTERANCE_MS : HOG_CHUNK_MS, signal);
  }
  await connection.close();
}

const handlers = {
  async prepare(): Promise<void> {
    await (questions ??= speakQuestions());
  },
  async talk(request: CallersRequest): Promise<Asked[]> {
    const all = await (questions ??= speakQuestions());
    const over = new AbortController();
    const hogs = Array.from({ length: request.hogs }, (_, index) =>
      // Whether a hog is refused in the end does not matter.
      hog(request.url, index % 2 === 1, over.signal).catch(() => {}),
    );
    const asked = await Promise.all(
      Array.from({ length: request.callers }, (_, caller) => askOn(request, caller, all)),
    );
    over.abort();
    await Promise.all(hogs);
    return asked.flat();
  },
};
export type CallersHandlers = typeof handlers;

serve(handlers);

import { setTimeout } from 'node:timers/promises';
import { joinPcm16 } from '@parley/shared/audio/pcm16';
import { ParleyError, type Stage } from '@parley/shared';
import type { Generator } from '../src/call/stages/generator/generator.ts';
import { ProviderError } from '../src/call/stages/provider-error.ts';
import type { Provider } from '../src/call/stages/provider.ts';
import type { Synthesizer } from '../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../src/call/stages/transcriber/transcriber.ts';
import { oneLine } from '../tools/command-line.ts';

/** What a live round trip showed. */
export interface Trip {
  readonly works: boolean;
  /** From our last word to the first of the answer (words, token, sound), ms. */
  readonly firstMs: number | undefined;
  /** What came back, or what went wrong, in a few words. */
  readonly detail: string;
  /** What went wrong, if it did. */
  readonly error?: unknown;
  /** Whether it spoke as no person does, which a wrong sample rate sounds like. */
  readonly isOddlyPaced?: boolean;
}

const QUESTION = 'what time is it';
const PHRASE = 'Hello, this is Parley.';
const PROMPT = 'Answer with the single word: ready';

const UPLINK_HZ = 16_000;
/** What a client sends at once. */
const CHUNK_SAMPLES = UPLINK_HZ / 10;
const CHUNK_MS = 100;
/** Shorter than any voice needs for the phrase. */
const MIN_PHRASE_MS = 500;
/** Longer than any voice needs for it, seconds: it will not end. */
const MAX_PHRASE_S = 30;
/** Between these a voice needs for a character. */
const PACE_MS = { min: 50, max: 150 };

/** @returns PCM16 at 16 kHz: the question, spoken */
export async function speakQuestion(voice: Synthesizer, signal: AbortSignal): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  const speech = voice.synthesize(only(QUESTION), { voice: voice.voices[0]!.id, signal });
  for await (const event of speech) if (event.type === 'speech-audio') pieces.push(event.samples);
  const silence = new Int16Array(UPLINK_HZ / 2);
  return joinPcm16([silence, ...pieces, silence]);
}

export interface TripOptions {
  /** PCM16 at 16 kHz. */
  readonly question: Int16Array;
  /** BCP 47. */
  readonly language: string;
  readonly signal: AbortSignal;
}

/** Uses a provider once, as a turn would. */
export async function roundTrip(
  stage: Stage,
  provider: Provider,
  options: TripOptions,
): Promise<Trip> {
  try {
    switch (stage) {
      case 'transcriber':
        return await tryTranscriber(provider as Transcriber, options);
      case 'generator':
        return await tryGenerator(provider as Generator, options.signal);
      case 'synthesizer':
        return await trySynthesizer(provider as Synthesizer, options.signal);
    }
  } catch (error) {
    return { works: false, firstMs: undefined, detail: failureInWords(error), error };
  }
}

/** Speaks to it in real time, as a person would. */
async function tryTranscriber(
  transcriber: Transcriber,
  { question, language, signal }: TripOptions,
): Promise<Trip> {
  const stream = await transcriber.open({ language, signal });
  const words = finalWords(stream.events);
  words.catch(() => {});
  for (let at = 0; at < question.length; at += CHUNK_SAMPLES) {
    stream.push(question.subarray(at, at + CHUNK_SAMPLES));
    await Promise.race([setTimeout(CHUNK_MS), words]);
    signal.throwIfAborted();
  }
  const askedMs = performance.now();
  stream.finalize();
  const text = await words;
  return {
    works: isLike(text, QUESTION),
    firstMs: performance.now() - askedMs,
    detail: text === '' ? 'heard nothing' : `heard “${shortened(text)}”`,
  };
}

async function tryGenerator(generator: Generator, signal: AbortSignal): Promise<Trip> {
  const askedMs = performance.now();
  let firstMs: number | undefined;
  let text = '';
  let tokens = 0;
  const events = generator.generate({
    history: [{ role: 'user', text: PROMPT }],
    signal,
    person: { timeZone: 'UTC' },
    reminders: { add: () => undefined, list: () => [], cancel: () => {} },
  });
  for await (const event of events) {
    if (event.type === 'text-delta') {
      firstMs ??= performance.now() - askedMs;
      text += event.text;
    } else if (event.type === 'usage-reported') tokens += event.inputTokens + event.outputTokens;
  }
  return {
    works: text.trim() !== '',
    firstMs,
    detail: `said “${shortened(text)}”${tokens === 0 ? '' : `, ${tokens} tokens`}`,
  };
}

async function trySynthesizer(synthesizer: Synthesizer, signal: AbortSignal): Promise<Trip> {
  const askedMs = performance.now();
  let firstMs: number | undefined;
  let samples = 0;
  const voice = synthesizer.voices[0]?.id ?? '';
  for await (const event of synthesizer.synthesize(only(PHRASE), { voice, signal })) {
    if (event.type !== 'speech-audio' || event.samples.length === 0) continue;
    firstMs ??= performance.now() - askedMs;
    samples += event.samples.length;
    if (samples > synthesizer.sampleRateHz * MAX_PHRASE_S) {
      return { works: false, firstMs, detail: `spoke for more than ${MAX_PHRASE_S} s` };
    }
  }
  const lengthMs = Math.round((samples / synthesizer.sampleRateHz) * 1_000);
  const paceMs = lengthMs / PHRASE.length;
  return {
    works: lengthMs >= MIN_PHRASE_MS,
    firstMs,
    detail: `spoke for ${lengthMs} ms`,
    isOddlyPaced: paceMs < PACE_MS.min || paceMs > PACE_MS.max,
  };
}

/** A failure in words that hold no secret: the class of it, never what a library said. */
export function failureInWords(error: unknown): string {
  if (error instanceof ProviderError) {
    const status = error.status === undefined ? '' : ` (${error.status})`;
    const note = error.note === undefined ? '' : `: ${error.note}`;
    return `${FAULT_WORDS[error.fault]}${status}${note}`;
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  return error instanceof ParleyError ? error.message : 'failed unexpectedly';
}

const FAULT_WORDS: Record<ProviderError['fault'], string> = {
  unreachable: 'could not be reached',
  timeout: 'did not answer in time',
  closed: 'hung up',
  unauthorized: 'does not accept the key',
  'rate-limited': 'has had too many requests',
  overloaded: 'is out of order',
  rejected: 'refused the request',
  malformed: 'answered in a form it does not document',
  'out-of-descriptors': 'was not asked, for want of a file descriptor',
};

async function finalWords(
  events: AsyncIterable<{ readonly type: string; readonly text?: string }>,
): Promise<string> {
  for await (const event of events) {
    if (event.type === 'transcript-final') return event.text ?? '';
  }
  return '';
}

/** Whether at least half of the expected words are there; how they are written does not matter. */
function isLike(text: string, expected: string): boolean {
  const heard = new Set(wordsOf(text));
  const wanted = wordsOf(expected);
  return wanted.filter((word) => heard.has(word)).length * 2 >= wanted.length;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

function shortened(text: string): string {
  const line = oneLine(text);
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

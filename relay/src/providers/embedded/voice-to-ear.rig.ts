import type { Synthesizer } from '../../call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../call/stages/transcriber/transcriber.ts';
import type { SpeechGrammar } from '@parley/recogniser';
import { createEmbeddedTranscriber } from './embedded-transcriber.ts';
import { createEmbeddedSynthesizer } from './embedded-synthesizer.ts';
import { SPEECH_GRAMMAR } from '@parley/phrases';

/** What the page sends from before the onset of speech, and after its end, at 16 kHz. */
const BEFORE_SAMPLES = 300 * 16;
const AFTER_SAMPLES = 400 * 16;
/** Of what the page sends at once. */
const CHUNK_SAMPLES = 100 * 16;
/** Others may have the threads for a while. */
const WAIT_MS = 60_000;

interface Engines {
  readonly synthesizer: Synthesizer;
  readonly transcriber: Transcriber;
}

export interface Heard {
  readonly text: string;
  readonly unrecognised: boolean;
  readonly isDoubtful?: boolean;
}

/** The embedded voice that speaks into the embedded recogniser, for measuring how people are understood. */
export async function openVoiceToEar(
  workers: number,
  signal: AbortSignal,
  grammar: SpeechGrammar = SPEECH_GRAMMAR,
) {
  const synthesizer = createEmbeddedSynthesizer({ maxWorkers: workers, waitMs: WAIT_MS });
  const transcriber = createEmbeddedTranscriber({ grammar, maxWorkers: workers, waitMs: WAIT_MS });
  await transcriber.warm(workers);
  return {
    ...voiceToEar({ synthesizer, transcriber }, signal),
    async [Symbol.asyncDispose]() {
      await transcriber[Symbol.asyncDispose]();
      await synthesizer[Symbol.asyncDispose]();
    },
  };
}

export function voiceToEar(
  { synthesizer, transcriber }: Engines,
  signal = new AbortController().signal,
) {
  async function speak(sentence: string, voice: string): Promise<Int16Array> {
    const parts: Int16Array[] = [];
    const clauses = (async function* () {
      yield sentence;
    })();
    for await (const event of synthesizer.synthesize(clauses, { voice, signal })) {
      if (event.type === 'speech-audio') parts.push(event.samples);
    }
    return inSilence(parts);
  }
  async function hear(samples: Int16Array): Promise<Heard> {
    const transcription = await transcriber.open({ language: 'en-US', signal });
    for (let at = 0; at < samples.length; at += CHUNK_SAMPLES) {
      transcription.push(samples.subarray(at, at + CHUNK_SAMPLES));
    }
    transcription.finalize();
    for await (const event of transcription.events) {
      if (event.type === 'transcript-final') return event;
    }
    throw new Error('The transcription ended without a final transcript');
  }
  return {
    /** PCM16 at 16 kHz, with as much silence around it as the page sends. */
    speak,
    hear,
    say: async (sentence: string, voice: string) => hear(await speak(sentence, voice)),
  };
}

/** Parts of an utterance at 16 kHz as the page would send them in a silent room. */
export function inSilence(parts: readonly Int16Array[]): Int16Array {
  const spoken = parts.reduce((sum, { length }) => sum + length, 0);
  const whole = new Int16Array(BEFORE_SAMPLES + spoken + AFTER_SAMPLES);
  let at = BEFORE_SAMPLES;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

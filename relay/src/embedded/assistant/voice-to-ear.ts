import type { EmbeddedTranscriber } from '../recogniser/embedded-transcriber.ts';
import { createEmbeddedTranscriber } from '../recogniser/embedded-transcriber.ts';
import { createEmbeddedSynthesizer } from '../voice/embedded-synthesizer.ts';
import { EMBEDDED_SPEECH_GRAMMAR } from './index.ts';

/** As much silence as clients send from before the onset, and some: 400 ms at 16 kHz. */
const SILENCE_SAMPLES = 6_400;
/** Others may have the threads for a while. */
const WAIT_MS = 60_000;

export interface Heard {
  readonly text: string;
  readonly unrecognised: boolean;
}

/** The embedded voice that speaks into the embedded recogniser, for measuring how people are understood. */
export async function openVoiceToEar(workers: number, signal: AbortSignal) {
  const synthesizer = await createEmbeddedSynthesizer({ maxWorkers: workers, waitMs: WAIT_MS });
  const transcriber = createEmbeddedTranscriber({
    grammar: EMBEDDED_SPEECH_GRAMMAR,
    maxWorkers: workers,
    waitMs: WAIT_MS,
  });
  await transcriber.warm(workers);
  return {
    async say(sentence: string, voice: string): Promise<Heard> {
      const silence = new Int16Array(SILENCE_SAMPLES);
      const audio: Int16Array[] = [silence];
      const clauses = (async function* () {
        yield sentence;
      })();
      for await (const event of synthesizer.synthesize(clauses, { voice, signal })) {
        if (event.type === 'speech-audio') audio.push(event.samples);
      }
      return hear(transcriber, [...audio, silence], signal);
    },
    async [Symbol.asyncDispose]() {
      await transcriber[Symbol.asyncDispose]();
      await synthesizer[Symbol.asyncDispose]();
    },
  };
}

async function hear(
  transcriber: EmbeddedTranscriber,
  audio: readonly Int16Array[],
  signal: AbortSignal,
): Promise<Heard> {
  const transcription = await transcriber.open({ language: 'en-US', signal });
  for (const samples of audio) transcription.push(samples);
  transcription.finalize();
  for await (const event of transcription.events) {
    if (event.type === 'transcript-final') return event;
  }
  throw new Error('The transcription ended without a final transcript');
}

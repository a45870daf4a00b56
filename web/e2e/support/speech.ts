import { createEmbeddedSynthesizer } from '../../../relay/src/embedded/voice/embedded-synthesizer.ts';
import { joined } from './wav.ts';

/** Speaks sentences with the embedded voice. @returns PCM16 at 16 kHz, one entry per sentence */
export async function speak(
  sentences: readonly string[],
  voice = 'slt',
): Promise<readonly Int16Array[]> {
  await using synthesizer = await createEmbeddedSynthesizer({ maxWorkers: 1 });
  // On a busy machine it starts for longer than anyone may wait for a free one.
  await synthesizer.warm(1);
  const spoken: Int16Array[] = [];
  for (const sentence of sentences) {
    const parts: Int16Array[] = [];
    const speech = synthesizer.synthesize(only(sentence), {
      voice,
      signal: AbortSignal.timeout(30_000),
    });
    for await (const event of speech) {
      if (event.type === 'speech-audio') parts.push(event.samples);
    }
    spoken.push(joined(...parts));
  }
  return spoken;
}

async function* only(sentence: string): AsyncGenerator<string> {
  yield sentence;
}

import { createEmbeddedSynthesizer } from '@parley/relay/testing';
import { joined } from './wav.ts';

const DEADLINE_MS = 30_000;

type Voice = Awaited<ReturnType<typeof createEmbeddedSynthesizer>>;

/** The embedded voice, started: on a busy machine that takes longer than a test may wait for it. */
export async function startVoice(): Promise<Voice> {
  const synthesizer = await createEmbeddedSynthesizer({ maxWorkers: 1 });
  await synthesizer.warm(1);
  return synthesizer;
}

/** Speaks one text. @returns PCM16 at the voice's own rate */
export async function say(synthesizer: Voice, text: string, voice: string): Promise<Int16Array> {
  const parts: Int16Array[] = [];
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for await (const event of synthesizer.synthesize(only(text), { voice, signal })) {
    if (event.type === 'speech-audio') parts.push(event.samples);
  }
  return joined(...parts);
}

/** Speaks sentences with the embedded voice. @returns PCM16 at 16 kHz, one entry per sentence */
export async function speak(
  sentences: readonly string[],
  voice = 'slt',
): Promise<readonly Int16Array[]> {
  await using synthesizer = await startVoice();
  const spoken: Int16Array[] = [];
  for (const sentence of sentences) spoken.push(await say(synthesizer, sentence, voice));
  return spoken;
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

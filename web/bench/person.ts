import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import type { Dialogue, TimedWord } from '@parley/relay/testing';
import { say, type startVoice } from '../e2e/support/speech.ts';
import { joined, silence } from '../e2e/support/wav.ts';

const HZ = 16_000;
const SAMPLES_PER_MS = HZ / 1_000;
/** Below this share of the loudest sample a voice has not begun, or has ended. */
const EDGE = 1 / 40;

/** An utterance as a microphone in a silent room would hear it. */
export interface Speech {
  /** PCM16 mono at 16 kHz, without silence at its ends. */
  readonly samples: Int16Array;
  readonly words: readonly TimedWord[];
}

/** Speaks the utterances of a dialogue. A word's place in its part follows from its length. */
export async function speakDialogue(
  voice: Awaited<ReturnType<typeof startVoice>>,
  { utterances, voice: name, rate = 1, gainDb = 0 }: Dialogue,
): Promise<readonly Speech[]> {
  const speech: Speech[] = [];
  for (const { parts } of utterances) {
    const pieces: Int16Array[] = [];
    const words: TimedWord[] = [];
    let atMs = 0;
    for (const part of parts) {
      const piece = typeof part === 'number' ? silence(part) : await voiced(part);
      if (typeof part === 'string') words.push(...timed(part, atMs, piece));
      pieces.push(piece);
      atMs += piece.length / SAMPLES_PER_MS;
    }
    speech.push({ samples: joined(...pieces), words });
  }
  return speech;

  async function voiced(text: string): Promise<Int16Array> {
    const natural = trimmed(await say(voice, text, name));
    const paced = rate === 1 ? natural : resamplePcm16(natural, Math.round(HZ * rate), HZ);
    const gain = 10 ** (gainDb / 20);
    return paced.map((sample) => Math.round(sample * gain));
  }
}

function timed(text: string, atMs: number, samples: Int16Array): TimedWord[] {
  const words = text.toLowerCase().split(' ');
  const letters = words.reduce((sum, word) => sum + word.length + 1, 0);
  const msPerLetter = samples.length / SAMPLES_PER_MS / letters;
  let from = atMs;
  return words.map((word) => {
    const startMs = from;
    from += (word.length + 1) * msPerLetter;
    return { text: word, startMs, endMs: from };
  });
}

function trimmed(samples: Int16Array): Int16Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const isLoud = (sample: number) => Math.abs(sample) > peak * EDGE;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1);
}

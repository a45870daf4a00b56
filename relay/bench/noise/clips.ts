import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toPcm16 } from '@parley/shared/audio/pcm16';
import { resample } from '@parley/shared/audio/stream-resampler';
import { readWav } from '@parley/shared/audio/wav-reader';
import { inSilence } from '../../src/providers/embedded/voice-to-ear.rig.ts';
import { REJECT_WEIGHT } from '@parley/phrases/understanding/speech-grammar';
import type { SpeechGrammar } from '@parley/recogniser';

const SENTENCES_FILE = 'sentences.txt';
const RATE_HZ = 16_000;

export interface Clip {
  readonly sentence: string;
  /** PCM16 at 16 kHz, with silence around it. */
  readonly samples: Int16Array;
}

export interface Clips {
  readonly clips: readonly Clip[];
  readonly grammar: SpeechGrammar;
}

/**
 * Recordings of people: WAV files, and `sentences.txt` with a line for each, `FILE.wav: sentence`.
 * A line without a file name is a sentence that could have been said instead.
 *
 * @throws Error if the list is empty; what reading files and WAV throws
 */
export async function readClips(folder: string): Promise<Clips> {
  const lines = parseSentences(await readFile(join(folder, SENTENCES_FILE), 'utf8'));
  const clips: Clip[] = [];
  for (const { file, sentence } of lines) {
    if (file === undefined) continue;
    const { samples, sampleRateHz } = readWav(await readFile(join(folder, file)));
    const spoken = sampleRateHz === RATE_HZ ? samples : resample(samples, sampleRateHz, RATE_HZ);
    clips.push({ sentence, samples: inSilence([toPcm16(spoken)]) });
  }
  if (clips.length === 0) throw new Error(`${SENTENCES_FILE} names no WAV file.`);
  return { clips, grammar: grammarOf(lines.map(({ sentence }) => sentence)) };
}

export function parseSentences(
  text: string,
): { readonly file: string | undefined; readonly sentence: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, file, sentence = ''] = /^\s*(?:(\S+\.wav):)?(.*)$/i.exec(line) ?? [];
      return { file, sentence: sentence.trim().toLowerCase() };
    });
}

/** A grammar of whole sentences. */
export function grammarOf(sentences: readonly string[]): SpeechGrammar {
  return {
    rules: `<utterance> = ${sentences.join(' | ')};`,
    utterance: 'utterance',
    pronunciations: {},
    // As in the grammar of the assistant.
    rejectWeight: REJECT_WEIGHT,
  };
}

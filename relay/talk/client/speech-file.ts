import { readFile, stat } from 'node:fs/promises';
import { UPLINK_SAMPLE_RATE_HZ } from '@parley/shared';
import { toPcm16 } from '@parley/shared/audio/pcm16';
import { resample } from '@parley/shared/audio/stream-resampler';
import { readWav, WavError } from '@parley/shared/audio/wav-reader';
import { findSpeech, type Speech } from './speech.ts';

/** More than an hour of speech: not one utterance. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** A sentence that names the file and says what is wrong with it. */
export class SpeechFileError extends Error {
  constructor(path: string, problem: string, options: { cause?: unknown } = {}) {
    super(`${path} ${problem}.`, options);
    this.name = 'SpeechFileError';
  }
}

/**
 * Reads a WAV file of a person speaking.
 *
 * @throws SpeechFileError if there is no such file, it is not a WAV, or it holds no speech
 */
export async function readSpeechFile(path: string): Promise<Speech> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new SpeechFileError(path, 'is too large to be one utterance');
    bytes = await readFile(path);
  } catch (cause) {
    if (cause instanceof SpeechFileError) throw cause;
    throw new SpeechFileError(path, whyUnreadable(cause), { cause });
  }
  try {
    const { samples, sampleRateHz } = readWav(bytes);
    const speech = findSpeech(toPcm16(resample(samples, sampleRateHz, UPLINK_SAMPLE_RATE_HZ)));
    if (speech === undefined) throw new WavError('holds nothing but silence');
    return speech;
  } catch (cause) {
    if (cause instanceof WavError) throw new SpeechFileError(path, cause.message, { cause });
    throw cause;
  }
}

/** Why a file could not be read, as the end of a sentence that begins with its name. */
export function whyUnreadable(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'does not exist';
    case 'EISDIR':
      return 'is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    default:
      return `could not be read (${error instanceof Error ? error.message : String(error)})`;
  }
}

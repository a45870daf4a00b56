import { UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import type { Speech } from './speech.ts';

/** Samples in a ms of uplink audio. */
const SAMPLES_PER_MS = 16;
/** What is sent from before the onset, so that no soft beginning is lost. */
const PRE_ROLL_MS = 300;
/** How long it must be quiet before the person counts as finished. */
export const REDEMPTION_MS = 500;

/** What a microphone and a voice activity detector would send, and when; ms from the onset. */
export interface UploadPlan {
  readonly chunks: readonly PlannedChunk[];
  /** When the speech really ends. */
  readonly endMs: number;
  /** When that is certain. */
  readonly stopMs: number;
}

export interface PlannedChunk {
  readonly samples: Int16Array;
  /** When its first sample was spoken. */
  readonly startMs: number;
  /** When its last sample has been recorded; those of the pre-roll are due at the onset. */
  readonly dueMs: number;
  readonly last: boolean;
}

/**
 * The schedule of one utterance: 300 ms from before the onset, the speech, and silence for as
 * long as it takes to be sure that it is over. If the recording stops sooner, the silence is
 * made up.
 */
export function planUpload({ samples, onset, end }: Speech): UploadPlan {
  const first = Math.max(0, onset - PRE_ROLL_MS * SAMPLES_PER_MS);
  const stop = end + REDEMPTION_MS * SAMPLES_PER_MS;
  const chunks: PlannedChunk[] = [];
  for (let start = first; start < stop; start += UPLINK_CHUNK_SAMPLES) {
    const until = Math.min(stop, start + UPLINK_CHUNK_SAMPLES);
    const chunk = new Int16Array(until - start);
    chunk.set(samples.subarray(start, until));
    chunks.push({
      samples: chunk,
      startMs: (start - onset) / SAMPLES_PER_MS,
      dueMs: Math.max(0, (until - onset) / SAMPLES_PER_MS),
      last: until === stop,
    });
  }
  const endMs = (end - onset) / SAMPLES_PER_MS;
  return { chunks, endMs, stopMs: endMs + REDEMPTION_MS };
}

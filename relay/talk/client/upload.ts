import { systemClock, sleep } from '../../src/base/lib/clock.ts';
import type { Speech } from './speech.ts';
import type { Connection } from './connection.ts';
import { planUpload } from './upload-plan.ts';

export interface UploadOptions {
  readonly utterance: number;
  /** How many times faster than real time it is spoken. */
  readonly speed: number;
  /** Aborting ends the upload, in the middle of a word if need be. */
  readonly signal: AbortSignal;
}

/**
 * Speaks into the connection in real time: the onset is now, and everything follows at the pace
 * at which a microphone would deliver it.
 *
 * @throws Error if the session is over
 */
export async function uploadSpeech(
  connection: Connection,
  speech: Speech,
  { utterance, speed, signal }: UploadOptions,
): Promise<void> {
  const plan = planUpload(speech);
  const onsetMs = performance.now();
  const until = (atMs: number) =>
    sleep(systemClock, onsetMs + atMs / speed - performance.now(), signal);

  connection.speechStarted(utterance, onsetMs);
  for (const { samples, startMs, dueMs, last } of plan.chunks) {
    await until(dueMs);
    if (signal.aborted) return;
    connection.sendAudio({ utterance, audio: samples, startMs: onsetMs + startMs / speed, last });
  }
  await until(plan.stopMs);
  if (signal.aborted) return;
  connection.speechStopped(utterance, onsetMs + plan.endMs / speed);
}

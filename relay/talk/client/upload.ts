import { systemClock, sleep } from '../../src/lib/clock.ts';
import type { Speech } from './speech.ts';
import type { RelayConnection } from './connection.ts';
import { planUpload } from './upload-plan.ts';

export interface UploadOptions {
  readonly utterance: number;
  /** How many times faster than real time it is spoken. */
  readonly speed: number;
  /** Aborting breaks the upload off, in the middle of a word if need be. */
  readonly signal: AbortSignal;
}

/**
 * Speaks into the connection in real time: the onset is now, and everything follows at the pace
 * at which a microphone would deliver it.
 *
 * @throws ClientError where the connection is lost
 */
export async function uploadSpeech(
  connection: RelayConnection,
  speech: Speech,
  { utterance, speed, signal }: UploadOptions,
): Promise<void> {
  const plan = planUpload(speech);
  const onsetMs = performance.now();
  const onsetSessionMs = connection.toSessionMs(onsetMs);
  const until = (atMs: number) =>
    sleep(systemClock, onsetMs + atMs / speed - performance.now(), signal);

  connection.send({
    type: 'input_audio_buffer.speech_started',
    utterance,
    audio_start_ms: onsetSessionMs,
  });
  for (const { samples, startMs, dueMs, last } of plan.chunks) {
    await until(dueMs);
    if (signal.aborted) return;
    const timestampMs = Math.max(0, onsetSessionMs + startMs / speed);
    connection.sendAudio({ utterance, timestampMs, last }, samples);
  }
  await until(plan.stopMs);
  if (signal.aborted) return;
  connection.send({
    type: 'input_audio_buffer.speech_stopped',
    utterance,
    audio_end_ms: onsetSessionMs + plan.endMs / speed,
    sent_ms: connection.nowMs(),
  });
}

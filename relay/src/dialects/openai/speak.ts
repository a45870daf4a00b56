import { ParleyError } from '@parley/shared';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { newId } from '../../base/lib/ids.ts';
import { ClauseTrack, type WrittenClause } from '../../call/stages/synthesizer/clause-track.ts';
import { clauses } from '../../call/turn/replying/clauses.ts';
import type { AudioRequest } from './audio-requests.ts';
import { VOICE_HZ } from './voice-formats.ts';

const RETRY_AFTER_MS = 5_000;

export interface SpeechRequest {
  readonly text: string;
  /** One of the voices of `/v1/audio/voices`; any other is the first. */
  readonly voice: string;
  readonly speed: number | undefined;
  /** BCP 47. */
  readonly language: string;
}

/**
 * Speaks a text with the providers of a call, clause by clause.
 *
 * @returns PCM16 mono at `VOICE_HZ`
 * @throws ParleyError of the stage; `budget_exhausted`; `capacity_exhausted`
 */
export async function* speak(
  request: AudioRequest,
  { text, voice, speed, language }: SpeechRequest,
): AsyncGenerator<Int16Array> {
  const { stages, budget, emit, signal } = request;
  const { synthesizer } = stages;
  const [turnId, responseId] = [newId('turn'), newId('resp')];
  const reserved = budget.reserve(turnId, 0, true);
  if (reserved === 'spent') throw new ParleyError('budget_exhausted');
  if (reserved === 'short') {
    throw new ParleyError('capacity_exhausted', { retryAfterMs: RETRY_AFTER_MS });
  }
  const run = request.run(turnId, language);
  const { caller, logger, onFailover, onAttempt, onUsed } = run;
  const track = new ClauseTrack(clauses(written(text)), undefined, (clause) => {
    const speech = { text: clause.text };
    const { index, kind } = clause;
    emit({ type: 'clause-heard', turnId, responseId, clause: index, kind, speech });
  });
  const resampler = new Pcm16Resampler(synthesizer.sampleRateHz, VOICE_HZ);
  let samples = 0;
  let isWhole = false;
  try {
    const events = synthesizer.speak(track, {
      ...{ voice, speed, language, signal, caller, turnId, logger },
      ...{ onFailover, onAttempt, onUsed },
    });
    for await (const event of events) {
      if (event.type !== 'speech-audio') continue;
      const piece = resampler.push(event.samples);
      samples += piece.length;
      if (piece.length > 0) yield piece;
    }
    signal.throwIfAborted();
    yield resampler.flush();
    isWhole = true;
  } finally {
    const audioMs = Math.round((samples / VOICE_HZ) * 1_000);
    const { provider } = run;
    request.done({ provider, characters: text.length, audioMs, isWhole }, 'text spoken on request');
  }
}

async function* written(text: string): AsyncGenerator<WrittenClause> {
  yield { kind: 'answer', text };
}

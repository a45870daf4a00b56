import { ParleyError } from '@parley/shared';
import { newId } from '../../base/lib/ids.ts';
import { NO_PROVIDER } from '../../call/stages/provider.ts';
import { hasWords } from '../../call/stages/transcriber/transcriber.ts';
import type { AudioRequest } from './audio-requests.ts';
import { RequestFault } from './errors.ts';
import { lengthMs } from './recording.ts';
import { utterancesOf, type RecordedUtterance } from './utterances.ts';

/** The words of one utterance, and where it lies in the recording. */
export interface Segment {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

export const CLOSED_VOCABULARY =
  'The built-in recogniser knows a closed vocabulary, the phrases that the built-in assistant answers, in American English. For other speech, set up a vendor or a server of your own.';

/**
 * Recognises a recording, utterance by utterance, with the providers of a call.
 *
 * @param recording - PCM16 at 16 kHz
 * @throws ParleyError of the stage; `budget_exhausted`; RequestFault `speech_not_understood`
 */
export async function* transcribe(
  request: AudioRequest,
  recording: Int16Array,
  language: string,
): AsyncGenerator<Segment> {
  const { transcriber } = request.stages;
  const isClosed = transcriber.phraseState('', language) !== undefined;
  let isAnyHeard = false;
  let isAnyRefused = false;
  for (const [index, utterance] of utterancesOf(recording, isClosed).entries()) {
    const { text, unrecognised } = await recognised(request, utterance, index + 1, language);
    isAnyRefused ||= unrecognised;
    if (text === '') continue;
    isAnyHeard = true;
    const { startMs, samples } = utterance;
    yield { startMs, endMs: startMs + lengthMs(samples), text };
  }
  const audioMs = lengthMs(recording);
  request.done({ audioMs, isAnyHeard, isAnyRefused }, 'recording transcribed on request');
  if (isAnyHeard || !isAnyRefused) return;
  const message = `The words could not be made out. ${isClosed ? CLOSED_VOCABULARY : ''}`.trim();
  throw new RequestFault(422, 'speech_not_understood', message, 'file');
}

async function recognised(
  request: AudioRequest,
  { samples }: RecordedUtterance,
  utterance: number,
  language: string,
): Promise<{ readonly text: string; readonly unrecognised: boolean }> {
  const { stages, budget, emit, opus, signal, clock } = request;
  signal.throwIfAborted();
  const [turnId, itemId] = [newId('turn'), newId('item')];
  const audioMs = lengthMs(samples);
  if (budget.isExhausted(turnId)) throw new ParleyError('budget_exhausted');
  budget.hearing(turnId, audioMs);
  emit({ type: 'utterance-started', turnId, itemId, utterance });
  const run = request.run(turnId, language);
  const { caller, logger, onFailover, onAttempt, onUsed } = run;
  using hearing = stages.transcriber.listen({
    ...{ language, signal, opus, caller, turnId, logger, onFailover, onAttempt, onUsed },
  });
  const ids = { turnId, itemId, utterance };
  const sinceMs = clock.now();
  const events = hearing.events[Symbol.asyncIterator]();
  let next = events.next();
  // All of it before a recogniser is open: it is given the utterance as one that takes over is,
  // and has the time for it that such a one has.
  hearing.push(samples);
  hearing.finalize();
  try {
    for (;;) {
      const { value, done } = await next;
      signal.throwIfAborted();
      if (done === true) throw new ParleyError('transcriber_failed');
      if (value.type === 'transcript-final') {
        const { unrecognised } = value;
        const text = hasWords(value.text) ? value.text : '';
        const provider = run.provider ?? NO_PROVIDER;
        const heard = { provider, audioMs, finalMs: clock.now() - sinceMs };
        emit({
          ...{ type: 'utterance-final', ...ids, ...heard },
          ...{ isUnrecognised: unrecognised, speech: { text } },
        });
        return { text, unrecognised };
      }
      next = events.next();
    }
  } catch (error) {
    if (signal.aborted) emit({ type: 'utterance-discarded', ...ids, audioMs });
    else {
      const code = error instanceof ParleyError ? error.code : 'transcriber_failed';
      const provider = run.provider ?? NO_PROVIDER;
      const { audio } = hearing;
      emit({
        type: 'utterance-failed',
        ...ids,
        code,
        provider,
        responseId: null,
        audio: () => audio,
      });
    }
    throw error;
  }
}

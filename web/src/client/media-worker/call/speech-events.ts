import type { UtteranceChunk } from '@parley/shared/vad/utterance-recorder';
import type { SegmenterEvent } from '@parley/shared/vad/utterance-segmenter';
import type { ClientTurnTaking } from './turn-taking.ts';

export interface SpeechEventsOptions {
  readonly turns: ClientTurnTaking;
  /** Before the voice is held. */
  onSuspected(): void;
  /** Of the utterance that is open. */
  onChunk(chunk: UtteranceChunk): void;
  onDetectorFailed(): void;
}

/** What the microphone hears becomes turns, and chunks of them. */
export function onSpeech(event: SegmenterEvent, options: SpeechEventsOptions): void {
  const { turns } = options;
  switch (event.type) {
    case 'suspected':
      options.onSuspected();
      return turns.speechSuspected();
    case 'misfire':
      return turns.speechMisfired();
    case 'started':
      return turns.speechStarted(event.onsetMs, event.isHeld);
    case 'paused':
      return turns.speechPaused(event.speechEndMs);
    case 'resumed':
      return turns.speechResumed(event.onsetMs);
    case 'chunk':
      return options.onChunk(event.chunk);
    case 'ended':
      return turns.speechEnded(event.speechEndMs);
    case 'discarded':
      return turns.speechDiscarded();
    case 'detector-failed':
      return options.onDetectorFailed();
  }
}

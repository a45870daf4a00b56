import { timelineOf, type LatencyMarks, type LatencyTimeline } from '@parley/shared';
import type { Reply } from './replies.ts';
import type { TurnError } from './turn-watch.ts';

/** What came of something that was said, or of nothing being said. */
export interface Turn {
  readonly trigger: Reply['trigger'];
  /** What was recognised, or typed. */
  readonly transcript: string;
  readonly reply: string;
  /** null if no voice was heard. */
  readonly latency: {
    readonly voiceToVoiceMs: number;
    readonly timeline: LatencyTimeline;
  } | null;
  /** PCM16 mono; null if no voice was heard. */
  readonly voice: {
    readonly pieces: readonly Int16Array[];
    readonly sampleRateHz: number;
  } | null;
  readonly interrupted: boolean;
  readonly error: TurnError | null;
}

export interface TurnParts {
  readonly trigger: Reply['trigger'];
  readonly transcript?: string;
  readonly reply: Reply | undefined;
  readonly error?: TurnError | undefined;
  /** Marks the client set itself, session clock. */
  readonly marks?: LatencyMarks;
  /** Turns this process's instants into the session's. */
  readonly toSessionMs: (ownMs: number) => number;
}

/** Puts together what the relay said of a turn and what was noticed here. */
export function turnOf(parts: TurnParts): Turn {
  const { trigger, transcript = '', reply, error = null, marks, toSessionMs } = parts;
  const voice = reply?.voice;
  return {
    trigger: reply?.trigger ?? trigger,
    transcript,
    reply: reply?.text ?? '',
    latency:
      voice === undefined
        ? null
        : timelineOf({
            ...reply?.done?.timeline,
            ...marks,
            audio_received: toSessionMs(voice.receivedMs),
            audio_heard: toSessionMs(voice.heardMs),
          }),
    voice:
      reply === undefined || voice === undefined || reply.sampleRateHz === null
        ? null
        : { pieces: reply.audio, sampleRateHz: reply.sampleRateHz },
    interrupted: reply?.done?.status === 'cancelled',
    error,
  };
}

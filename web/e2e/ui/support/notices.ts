import type { SessionDescription } from '@parley/shared';
import { LATENCY_SEGMENTS, type LatencyTimeline } from '@parley/shared/latency';
import type { MediaNotice } from '../../../src/client/messages/media-messages.ts';

export const SESSION: SessionDescription = {
  id: 'session-1',
  voice: 'slt',
  voices: [
    { id: 'slt', label: 'Slate' },
    { id: 'rms', label: 'Ramus' },
  ],
  speed: 1,
  speeds: { min: 0.6, max: 1.8 },
  time_zone: 'Europe/Berlin',
  output_modalities: ['audio', 'text'],
  page_model: false,
  page_recogniser: false,
  providers: { transcriber: 'embedded', generator: 'embedded', synthesizer: 'embedded' },
  limits: {
    session_duration_ms: 1_800_000,
    idle_ms: 120_000,
    utterance_ms: 60_000,
    resume_window_ms: 60_000,
    heartbeat_ms: 15_000,
  },
};

export function phase(name: Extract<MediaNotice, { type: 'phase' }>['phase']): MediaNotice {
  return { type: 'phase', phase: name };
}

export function said(
  utterance: number,
  text: string,
  state: 'partial' | 'final' | 'unrecognised' | 'failed' = 'final',
): MediaNotice {
  return { type: 'user-transcript', itemId: `user-${utterance}`, utterance, text, state };
}

/** A reply whose clauses are spoken at about sixteen characters a second. */
export function reply(
  id: string,
  utterance: number | null,
  texts: readonly string[],
  trigger: Extract<MediaNotice, { type: 'response-started' }>['trigger'] = 'speech',
): MediaNotice[] {
  let startMs = 0;
  const clauses = texts.map((text, clause): MediaNotice => {
    const audioStartMs = startMs;
    startMs += text.length * 62;
    return {
      type: 'response-text',
      responseId: id,
      clause,
      fromCharacter: 0,
      text,
      audioStartMs,
      byPage: false,
    };
  });
  return [
    { type: 'response-started', responseId: id, trigger, utterance, spoken: true },
    ...clauses,
  ];
}

export function played(responseId: string, playedMs: number): MediaNotice {
  return { type: 'response-progress', responseId, playedMs };
}

export function replyEnded(
  responseId: string,
  status: 'completed' | 'cancelled' | 'failed',
  heardMs: number,
  suggestions?: readonly string[],
): MediaNotice {
  return { type: 'response-ended', responseId, status, heardMs, suggestions };
}

/** A measured turn from its eight segments, ms; all are heard when the scene's log says so. */
export function measured(
  number: number,
  segments: readonly number[],
  heardAtMs = 42_400,
): MediaNotice {
  const timeline = Object.fromEntries(
    LATENCY_SEGMENTS.map((segment, index) => [segment, segments[index] ?? 0]),
  ) as LatencyTimeline;
  return {
    type: 'turn-measured',
    heardAtMs,
    turn: {
      responseId: `reply-${number}`,
      utterance: number,
      voiceToVoiceMs: segments.reduce((sum, ms) => sum + ms, 0),
      timeline,
    },
  };
}

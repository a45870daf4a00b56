import type { SpeechAudio } from '../audio/opus-packet.ts';
import { AudioFrameKind, encodeAudioFrame } from '../protocol/audio-frame.ts';
import type { ClientEvent, ClientEventOf, ClientEventType } from '../protocol/client-events.ts';

type SequencedType = Exclude<ClientEventType, 'session.resume' | 'ping'>;
/** An event that takes a place in the uplink sequence; its number is given when it is sent. */
export type SequencedEvent = {
  [type in SequencedType]: Omit<ClientEventOf<type>, 'seq'>;
}[SequencedType];

/**
 * What is to be sent. Instants are those of our own clock: only when it is sent, and to which
 * session, is known what they are on the session's.
 */
export type Outbound = { readonly kind: 'event'; readonly event: SequencedEvent } | OutboundAudio;

export interface OutboundAudio {
  readonly kind: 'audio';
  readonly utterance: number;
  readonly audio: SpeechAudio;
  readonly startMs: number;
  readonly last: boolean;
}

/** Lays a message out for the socket. */
export function encodeOutbound(
  message: Outbound,
  seq: number,
  toSessionMs: (localMs: number) => number,
): string | Uint8Array<ArrayBuffer> {
  if (message.kind === 'audio') {
    return encodeAudioFrame(
      {
        kind: AudioFrameKind.uplink,
        last: message.last,
        item: message.utterance,
        seq,
        timestampMs: Math.round(toSessionMs(message.startMs)),
      },
      message.audio,
    );
  }
  const event: ClientEvent = { ...atInstants(message.event, toSessionMs), seq };
  return JSON.stringify(event);
}

/** An event with its instants on another clock. */
export function atInstants(
  event: SequencedEvent,
  toOther: (instantMs: number) => number,
): SequencedEvent {
  switch (event.type) {
    case 'input_audio_buffer.speech_started':
    case 'input_audio_buffer.speech_resumed':
      return { ...event, audio_start_ms: toOther(event.audio_start_ms) };
    case 'input_audio_buffer.speech_paused':
    case 'input_audio_buffer.speech_stopped':
      return {
        ...event,
        audio_end_ms: toOther(event.audio_end_ms),
        sent_ms: toOther(event.sent_ms),
      };
    default:
      return event;
  }
}

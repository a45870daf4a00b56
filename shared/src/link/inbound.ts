import { AudioFrameKind, decodeAudioFrame, type AudioFrame } from '../protocol/audio-frame.ts';
import { decodeRelayEvent, type RelayEvent } from '../protocol/relay-events.ts';

export type Inbound =
  | { readonly kind: 'event'; readonly seq: number; readonly event: RelayEvent }
  | { readonly kind: 'audio'; readonly seq: number; readonly frame: AudioFrame }
  /** Of a kind this client does not know, or malformed; `name` is for the event log. */
  | { readonly kind: 'ignored'; readonly name: string; readonly isMalformed: boolean };

/** Reads what a socket delivered. Never throws. */
export function readInbound(data: unknown): Inbound {
  if (data instanceof ArrayBuffer) {
    const result = decodeAudioFrame(new Uint8Array(data));
    if (!result.ok) return ignored(result.fault, true);
    const { frame } = result;
    if (frame.kind !== AudioFrameKind.downlink) {
      return ignored('uplink audio', true);
    }
    return { kind: 'audio', seq: frame.seq, frame };
  }
  const result = decodeRelayEvent(String(data));
  switch (result.kind) {
    case 'event':
      return { kind: 'event', seq: result.event.seq, event: result.event };
    case 'unknown':
      return ignored(result.type, false);
    case 'malformed':
      return ignored(result.fault, true);
  }
}

function ignored(name: string, isMalformed: boolean): Inbound {
  return { kind: 'ignored', name, isMalformed };
}

import {
  AudioFrameKind,
  decodeAudioFrame,
  decodeRelayEvent,
  type AudioFrame,
  type RelayEvent,
} from '@parley/shared';

export type Inbound =
  | { readonly kind: 'event'; readonly seq: number; readonly event: RelayEvent }
  | { readonly kind: 'audio'; readonly seq: number; readonly frame: AudioFrame }
  /** Of a kind this client does not know, or malformed; `name` is for the event log. */
  | { readonly kind: 'ignored'; readonly name: string };

/** Reads what a socket delivered. Never throws. */
export function readInbound(data: unknown): Inbound {
  if (data instanceof ArrayBuffer) {
    const result = decodeAudioFrame(new Uint8Array(data));
    if (!result.ok) return { kind: 'ignored', name: result.fault };
    const { frame } = result;
    if (frame.kind !== AudioFrameKind.downlink) return { kind: 'ignored', name: 'uplink audio' };
    return { kind: 'audio', seq: frame.seq, frame };
  }
  const result = decodeRelayEvent(String(data));
  switch (result.kind) {
    case 'event':
      return { kind: 'event', seq: result.event.seq, event: result.event };
    case 'unknown':
      return { kind: 'ignored', name: result.type };
    case 'malformed':
      return { kind: 'ignored', name: result.fault };
  }
}

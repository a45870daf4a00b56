import type { ConversationOutput } from '../turn/output.ts';
import type { Outbox } from './outbox.ts';

/** The outbox as a conversation sees it. @param nowMs - the session clock */
export function outputTo(outbox: Outbox, nowMs: () => number): ConversationOutput {
  return {
    event: (event) => outbox.event(event),
    audio: (item, samples, last) => outbox.audio(item, Math.round(nowMs()), samples, last),
    dropAudio: (item) => outbox.dropAudio(item),
    writable: (signal) => outbox.writable(signal),
    nowMs,
  };
}

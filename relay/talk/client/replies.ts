import type { AudioFrame, RelayEvent, RelayEventOf } from '@parley/shared';
import { Playout } from './playout.ts';

/** A reply as it arrives. Instants are ms on this process's clock unless said otherwise. */
export interface Reply {
  readonly id: string;
  readonly trigger: RelayEventOf<'response.created'>['trigger'];
  /** The utterance it answers, if it answers speech. */
  readonly utterance: number | null;
  /** null for a reply in writing only. */
  readonly sampleRateHz: number | null;
  /** The number its audio frames carry. */
  readonly item: number;
  text: string;
  readonly audio: Int16Array[];
  /** When the first voice came, and when it was (as good as) heard. */
  voice: { readonly receivedMs: number; readonly heardMs: number } | undefined;
  done: RelayEventOf<'response.done'> | undefined;
}

/** Replies that are still running or not yet collected. Pure: instants are handed in. */
export class Replies {
  readonly #playout: Playout;
  readonly #replies = new Map<string, Reply>();

  /** @param speed - how many times faster than real time replies are heard */
  constructor(speed = 1) {
    this.#playout = new Playout(speed);
  }

  /** When everything that arrived so far will have been heard. */
  get heardOutMs(): number {
    return this.#playout.endMs;
  }

  get running(): Reply[] {
    return [...this.#replies.values()].filter((reply) => reply.done === undefined);
  }

  /** The first that matches, in order of arrival. */
  find(matches: (reply: Reply) => boolean): Reply | undefined {
    return [...this.#replies.values()].find(matches);
  }

  /** This one was read, or dropped. */
  forget(reply: Reply): void {
    this.#replies.delete(reply.id);
  }

  event(event: RelayEvent, nowMs: number): void {
    switch (event.type) {
      case 'response.created':
        this.#replies.set(event.response_id, {
          id: event.response_id,
          trigger: event.trigger,
          utterance: event.utterance,
          sampleRateHz: event.audio?.sample_rate ?? null,
          item: event.item,
          text: '',
          audio: [],
          voice: undefined,
          done: undefined,
        });
        return;
      case 'response.output_audio_transcript.delta': {
        const reply = this.#replies.get(event.response_id);
        if (reply !== undefined) reply.text += event.delta;
        return;
      }
      case 'response.done': {
        const reply = this.#replies.get(event.response_id);
        if (reply === undefined) return;
        reply.done = event;
        if (event.status === 'cancelled') this.#playout.flush(nowMs);
        return;
      }
      default:
    }
  }

  audio({ item, samples }: AudioFrame, nowMs: number): void {
    const reply = this.find((candidate) => candidate.item === item && !candidate.done);
    if (reply === undefined || reply.sampleRateHz === null || samples.length === 0) return;
    const heardMs = this.#playout.play((samples.length / reply.sampleRateHz) * 1_000, nowMs);
    reply.voice ??= { receivedMs: nowMs, heardMs };
    // The samples lie in the socket's read buffer.
    reply.audio.push(samples.slice());
  }
}

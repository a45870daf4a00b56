import type { DebugEntry } from '../../messages/media-messages.ts';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { CallPhases } from './call-phase.ts';
import type { ReplyPlayback } from './reply-playback.ts';

const MAX_UTTERANCE = 0xffff;

export interface TurnTakingOptions {
  readonly playback: ReplyPlayback;
  readonly phases: CallPhases;
  now(): number;
  send(event: SequencedEvent): void;
  log(source: DebugEntry['source'], name: string): void;
}

/**
 * The person's turns, and barge-in.
 *
 * The first frame that may be speech holds the voice where it is. Confirmed speech is a barge-in:
 * it flushes the voice, reports how much of it was heard and opens an utterance. A misfire lets
 * the voice go on from where it was held. Typing interrupts as speaking does.
 */
export class TurnTaking {
  readonly #options: TurnTakingOptions;
  #utterance = 0;

  constructor(options: TurnTakingOptions) {
    this.#options = options;
  }

  /** The number of the utterance that was opened last. */
  get utterance(): number {
    return this.#utterance;
  }

  speechSuspected(): void {
    this.#options.log('vad', 'suspected');
    this.#options.playback.voice.hold();
  }

  speechMisfired(): void {
    this.#options.log('vad', 'dismissed');
    this.#options.playback.voice.resume();
  }

  speechStarted(onsetMs: number): void {
    this.#options.log('vad', 'started');
    this.#utterance = (this.#utterance % MAX_UTTERANCE) + 1;
    this.#setSpeaking(true);
    this.#options.playback.interrupt();
    this.#options.send({
      type: 'input_audio_buffer.speech_started',
      utterance: this.#utterance,
      audio_start_ms: onsetMs,
    });
  }

  speechEnded(speechEndMs: number): void {
    const { playback, phases, now, send, log } = this.#options;
    log('vad', 'ended');
    const sentMs = now();
    const utterance = this.#utterance;
    playback.replies.utteranceEnded(utterance, { speechEndMs, sentMs });
    send({
      type: 'input_audio_buffer.speech_stopped',
      utterance,
      audio_end_ms: speechEndMs,
      sent_ms: sentMs,
    });
    phases.asked();
    this.#setSpeaking(false);
  }

  /** The open utterance turned out to be a mistake. */
  speechDiscarded(): void {
    this.#options.log('vad', 'discarded');
    this.#options.send({ type: 'input_audio_buffer.clear', utterance: this.#utterance });
    this.#setSpeaking(false);
  }

  sendText(id: string, text: string): void {
    const { playback, phases, now, send } = this.#options;
    playback.interrupt();
    playback.replies.textSent(now());
    send({
      type: 'conversation.item.create',
      item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    phases.asked();
  }

  cancelResponse(): void {
    this.#options.playback.interrupt();
    this.#options.send({ type: 'response.cancel' });
  }

  #setSpeaking(speaking: boolean): void {
    this.#options.playback.personSpeaks = speaking;
    this.#options.phases.hearing(speaking);
  }
}

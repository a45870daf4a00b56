import type { AudioFrame, RelayEvent, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '../../transport/outbound.ts';
import type { DebugEntry, MediaNotice } from '../messages.ts';
import type { PlaybackCommand, PlaybackReport } from '../playback/playback-messages.ts';
import { VoiceQueue, type VoiceEvent } from '../playback/voice-queue.ts';
import type { CallPhases } from './call-phases.ts';
import { Replies } from './replies.ts';

const MAX_UTTERANCE = 0xffff;
/** The speaker reports thirty times a second, for the level; progress is told a third as often. */
const REPORTS_PER_PROGRESS = 3;

export interface FloorOptions {
  readonly phases: CallPhases;
  now(): number;
  notify(notice: MediaNotice): void;
  send(event: SequencedEvent): void;
  post(command: PlaybackCommand, transfer: ArrayBuffer[]): void;
  toSessionMs(localMs: number): number;
  /** When a sample that was rendered at this context time leaves the speaker. */
  heardAtMs(contextTimeS: number): number;
  onVoiceLevel(rms: number): void;
  log(source: DebugEntry['source'], name: string): void;
}

/**
 * Who has the floor: the person or the voice.
 *
 * The first frame that may be speech holds the voice. Confirmed speech flushes it, tells the relay
 * how much of it was heard and opens an utterance; a false alarm lets the voice go on where it
 * was. Typing interrupts as speaking does.
 */
export class Floor {
  readonly voice: VoiceQueue;
  readonly #options: FloorOptions;
  readonly #replies: Replies;
  #utterance = 0;
  #hearing = false;
  #progressReports = 0;

  constructor(options: FloorOptions) {
    this.#options = options;
    this.#replies = new Replies({
      notify: (notice) => options.notify(notice),
      toSessionMs: (localMs) => options.toSessionMs(localMs),
    });
    this.voice = new VoiceQueue({
      post: (command, transfer = []) => options.post(command, transfer),
      onEvent: (event) => this.#onVoice(event),
      now: () => options.now(),
    });
  }

  /** The number of the utterance that was opened last. */
  get utterance(): number {
    return this.#utterance;
  }

  /** Whether the voice can be heard at this moment. */
  get isSpeaking(): boolean {
    return this.#replies.speaking;
  }

  speechSuspected(): void {
    this.#options.log('vad', 'suspected');
    this.voice.hold();
  }

  speechDismissed(): void {
    this.#options.log('vad', 'dismissed');
    this.voice.resume();
  }

  speechStarted(onsetMs: number): void {
    this.#options.log('vad', 'started');
    this.#utterance = (this.#utterance % MAX_UTTERANCE) + 1;
    this.#hear(true);
    this.voice.flush();
    this.#options.send({
      type: 'input_audio_buffer.speech_started',
      utterance: this.#utterance,
      audio_start_ms: onsetMs,
    });
  }

  speechEnded(speechEndMs: number): void {
    this.#options.log('vad', 'ended');
    const sentMs = this.#options.now();
    const utterance = this.#utterance;
    this.#replies.utteranceEnded(utterance, { speechEndMs, sentMs });
    this.#options.send({
      type: 'input_audio_buffer.speech_stopped',
      utterance,
      audio_end_ms: speechEndMs,
      sent_ms: sentMs,
    });
    this.#options.phases.asked();
    this.#hear(false);
  }

  /** What was opened as an utterance was none. */
  speechDiscarded(): void {
    this.#options.log('vad', 'discarded');
    this.#options.send({ type: 'input_audio_buffer.clear', utterance: this.#utterance });
    this.#hear(false);
  }

  sendText(id: string, text: string): void {
    this.voice.flush();
    this.#replies.textSent(this.#options.now());
    this.#options.send({
      type: 'conversation.item.create',
      item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    this.#options.phases.asked();
  }

  /** Be quiet, and do not go on with whatever is being thought of. */
  cancelResponse(): void {
    this.voice.flush();
    this.#options.send({ type: 'response.cancel' });
  }

  onAudio({ item, samples, last }: AudioFrame): void {
    this.voice.push(item, samples, last);
  }

  onPlayback(report: PlaybackReport): void {
    if (report.type !== 'position') this.#options.log('playback', report.type);
    this.voice.onReport(report);
  }

  onEvent(event: RelayEvent): void {
    const { phases } = this.#options;
    switch (event.type) {
      case 'conversation.item.input_audio_transcription.completed':
        // Nothing was understood; should there be an answer all the same, it will say so itself.
        if (event.transcript === '') phases.answered();
        return;
      case 'conversation.item.input_audio_transcription.failed':
        return phases.answered();
      case 'response.created':
        return this.#onResponse(event);
      case 'response.output_audio.done':
        return this.voice.complete(event.response_id);
      case 'response.done':
        // The relay may have cut it off itself: what has not been heard is not wanted any more.
        if (event.status === 'cancelled') this.voice.flush(event.response_id);
        else this.voice.complete(event.response_id);
        this.#replies.done(event);
        return phases.replies(this.#replies);
      default:
    }
  }

  /** The relay will say no more about what it had begun. */
  sessionLost(): void {
    this.#replies.sessionLost();
    this.voice.completeAll();
    this.#options.phases.replies(this.#replies);
    this.#options.phases.answered();
  }

  close(): void {
    this.voice.flush();
    this.voice.close();
  }

  #hear(hearing: boolean): void {
    this.#hearing = hearing;
    this.#options.phases.hearing(hearing);
  }

  #onResponse(event: RelayEventOf<'response.created'>): void {
    const { audio, item, response_id: responseId } = event;
    this.#replies.begin(event);
    if (audio !== null) this.voice.open({ responseId, item, rateHz: audio.sample_rate });
    // It crossed the news that the person speaks again: it will be cancelled, so is not begun.
    if (this.#hearing) this.voice.flush(responseId);
    this.#options.phases.replies(this.#replies);
    this.#options.phases.answered();
  }

  #onVoice(event: VoiceEvent): void {
    const { responseId } = event;
    switch (event.type) {
      case 'voice-received':
        return this.#replies.voiceReceived(responseId, event.atMs);
      case 'voice-started':
        this.#replies.voiceHeard(responseId, this.#options.heardAtMs(event.contextTimeS));
        break;
      case 'voice-progress':
        this.#options.onVoiceLevel(event.rms);
        this.#progressReports += 1;
        if (this.#progressReports % REPORTS_PER_PROGRESS !== 0) return;
        this.#options.notify({
          type: 'response-progress',
          responseId,
          playedMs: event.playedMs,
        });
        return;
      case 'voice-finished':
        this.#replies.voiceEnded(responseId, 'ended', event.playedMs);
        break;
      case 'voice-interrupted':
        this.#options.send({
          type: 'conversation.item.truncate',
          response_id: responseId,
          audio_end_ms: event.playedMs,
        });
        this.#replies.voiceEnded(responseId, 'interrupted', event.playedMs);
    }
    this.#options.phases.replies(this.#replies);
  }
}

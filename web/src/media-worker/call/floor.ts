import type { AudioFrame, RelayEvent, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '../link/outbound.ts';
import type { DebugEntry, MediaNotice, PageVoiceRequest } from '../../messages/media-messages.ts';
import type { PlaybackCommand, PlaybackReport } from '../../messages/playback-messages.ts';
import { VoiceQueue, type VoiceEvent } from '../downlink/voice-queue.ts';
import type { CallPhases } from './call-phases.ts';
import { PageVoice, type PageVoiceEvent, type PageVoiceReport } from './page-voice.ts';
import { Replies } from './replies.ts';

const MAX_UTTERANCE = 0xffff;
/** The speaker reports thirty times a second, for the level; progress is told a third as often. */
const REPORTS_PER_PROGRESS = 3;

export interface FloorOptions {
  readonly phases: CallPhases;
  now(): number;
  notify(notice: MediaNotice): void;
  /** Asks the page to use its own voice. */
  request(request: PageVoiceRequest): void;
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
 * was. Typing interrupts as speaking does. Where the relay has no voice left the page's own speaks,
 * and falls silent on the same occasions.
 */
export class Floor {
  readonly voice: VoiceQueue;
  readonly #options: FloorOptions;
  readonly #replies: Replies;
  readonly #page: PageVoice;
  #pageSpeaks = false;
  #utterance = 0;
  #hearing = false;
  #progressReports = 0;

  constructor(options: FloorOptions) {
    this.#options = options;
    this.#replies = new Replies({
      notify: (notice) => options.notify(notice),
      toSessionMs: (localMs) => options.toSessionMs(localMs),
    });
    this.#page = new PageVoice({
      request: (request) => options.request(request),
      onEvent: (event) => this.#onPage(event),
      now: () => options.now(),
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

  /** Whether the page is to speak what comes without a voice from here on. */
  setPageSpeaks(pageSpeaks: boolean): void {
    this.#pageSpeaks = pageSpeaks;
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
    this.#silence();
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
    this.#silence();
    this.#replies.textSent(this.#options.now());
    this.#options.send({
      type: 'conversation.item.create',
      item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    this.#options.phases.asked();
  }

  /** Be quiet, and do not go on with whatever is being thought of. */
  cancelResponse(): void {
    this.#silence();
    this.#options.send({ type: 'response.cancel' });
  }

  onAudio({ item, samples, last }: AudioFrame): void {
    this.voice.push(item, samples, last);
  }

  onPlayback(report: PlaybackReport): void {
    if (report.type !== 'position') this.#options.log('playback', report.type);
    this.voice.onReport(report);
  }

  onPageVoice(report: PageVoiceReport): void {
    this.#options.log('playback', `page ${report.state}`);
    this.#page.onReport(report);
    this.#mind();
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
      case 'response.output_audio_transcript.delta':
        return this.#onText(event);
      case 'response.output_audio.done':
        return this.voice.complete(event.response_id);
      case 'response.done':
        // The relay may have cut it off itself: what has not been heard is not wanted any more.
        if (event.status === 'cancelled') this.#silence(event.response_id);
        else this.voice.complete(event.response_id);
        this.#page.finish(event.response_id);
        this.#replies.done(event);
        return this.#mind();
      default:
    }
  }

  /** The relay will say no more about what it had begun. */
  sessionLost(): void {
    this.#replies.sessionLost();
    this.voice.completeAll();
    this.#mind();
    this.#options.phases.answered();
  }

  close(): void {
    this.#silence();
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
    this.#mind();
    this.#options.phases.answered();
  }

  #onText(event: RelayEventOf<'response.output_audio_transcript.delta'>): void {
    const { response_id: responseId, chunk_index: chunkIndex, delta: text } = event;
    const isForPage =
      this.#pageSpeaks &&
      event.audio_start_ms === null &&
      text.trim() !== '' &&
      !this.#hearing &&
      this.#replies.isOpen(responseId);
    // Once a part comes without a voice the rest does, so what arrived of it is all there is.
    if (isForPage) this.voice.complete(responseId);
    const released = !this.#replies.isVoiceExpected(responseId);
    const byPage = isForPage && this.#page.add(responseId, chunkIndex, text.trim(), released);
    if (byPage) this.#replies.pageSpeaks(responseId);
    this.#options.notify({
      type: 'response-text',
      responseId,
      chunkIndex,
      text,
      audioStartMs: event.audio_start_ms,
      byPage,
      isComplete: event.is_complete,
    });
    this.#mind();
  }

  #onPage(event: PageVoiceEvent): void {
    const { responseId } = event;
    switch (event.type) {
      case 'clause-begun':
        this.#replies.pageHeard(responseId, event.receivedMs, this.#options.now());
        return this.#voiced(responseId, event.chunkIndex);
      case 'clause-unspoken':
        return this.#voiced(responseId, event.chunkIndex);
      case 'page-silent':
        return this.#replies.pageSilent(responseId);
      case 'page-interrupted':
        return this.#replies.pageInterrupted(responseId);
    }
  }

  #voiced(responseId: string, chunkIndex: number): void {
    this.#options.notify({ type: 'response-voiced', responseId, chunkIndex });
  }

  /** Nothing more is to be heard, of any reply or only of `responseId`. */
  #silence(responseId?: string): void {
    this.voice.flush(responseId);
    this.#page.stop(responseId);
    this.#replies.pageInterrupted(responseId);
    this.#mind();
  }

  /** Two voices at once help nobody, and the phase follows from what is heard. */
  #mind(): void {
    this.voice.setWaiting(this.#page.isSpeaking);
    this.#options.phases.replies(this.#replies);
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
        this.#page.release(responseId);
        break;
      case 'voice-interrupted':
        this.#options.send({
          type: 'conversation.item.truncate',
          response_id: responseId,
          audio_end_ms: event.playedMs,
        });
        this.#replies.voiceEnded(responseId, 'interrupted', event.playedMs);
    }
    this.#mind();
  }
}

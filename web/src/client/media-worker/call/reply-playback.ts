import type { AudioFrame, RelayEvent, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { MediaNotice } from '../../messages/media-messages.ts';
import type { BrowserVoiceRequest } from '../../messages/page-requests.ts';
import type { PlaybackCommand, PlaybackEvent } from '../../messages/playback-messages.ts';
import { VoiceQueue, type AudibleReply } from '../downlink/voice-queue.ts';
import type { CallPhases } from './call-phase.ts';
import { BrowserVoice, type BrowserVoiceReport } from './browser-voice.ts';
import { PlayedReplies } from './replies.ts';

/** The speaker reports thirty times a second, for the level; the page hears of every third. */
const REPORTS_PER_PROGRESS = 3;

export interface ReplyPlaybackOptions {
  readonly phases: CallPhases;
  now(): number;
  notify(notice: MediaNotice): void;
  /** Asks the page to use its own voice. */
  request(request: BrowserVoiceRequest): void;
  send(event: SequencedEvent): void;
  post(command: PlaybackCommand, transfer: ArrayBuffer[]): void;
  readonly beganMs: number;
  toSessionMs(localMs: number): number;
  /** When a sample that was rendered at this context time leaves the speaker. */
  heardAtMs(contextTimeS: number): number;
  /** From the context to the ear. */
  outputLatencyMs(): number;
  onVoiceLevel(rms: number): void;
  log(source: 'vad' | 'playback', name: string): void;
}

/**
 * Everything that is heard of the replies: the relay's voice, and the browser's own if the relay
 * has no voice left. Both fall silent on the same occasions.
 */
export class ReplyPlayback {
  /** Whether the page is to speak what comes without a voice from here on. */
  browserSpeaks = false;
  /** While the person speaks no reply begins: the relay will cancel it. */
  personSpeaks = false;
  readonly voice: VoiceQueue;
  readonly replies: PlayedReplies;
  readonly #options: ReplyPlaybackOptions;
  readonly #page: BrowserVoice;
  #progressReports = 0;

  constructor(options: ReplyPlaybackOptions) {
    this.#options = options;
    this.replies = new PlayedReplies({
      notify: (notice) => options.notify(notice),
      beganMs: options.beganMs,
      toSessionMs: (localMs) => options.toSessionMs(localMs),
    });
    this.#page = new BrowserVoice({
      request: (request) => options.request(request),
      onBegun: (responseId, clause, receivedMs) => {
        this.replies.voiceReceived(responseId, receivedMs);
        this.replies.voiceHeard(responseId, options.now());
        options.notify({ type: 'response-voiced', responseId, clause });
      },
      onUnspoken: (responseId, clause) =>
        options.notify({ type: 'response-voiced', responseId, clause }),
      onSilent: (responseId) => this.replies.setPage(responseId, 'silent'),
      onInterrupted: (responseId) => this.replies.pageInterrupted(responseId),
      now: () => options.now(),
    });
    this.voice = new VoiceQueue({
      post: (command, transfer) => options.post(command, transfer),
      onReceived: (responseId, atMs) => this.replies.voiceReceived(responseId, atMs),
      onStarted: (responseId, contextTimeS) => {
        this.replies.voiceHeard(responseId, options.heardAtMs(contextTimeS));
        this.#settle();
      },
      onAudible: (responseId, contextTimeS) =>
        this.replies.voiceAudible(responseId, () => options.heardAtMs(contextTimeS)),
      onProgress: (responseId, playedMs, rms) => {
        options.onVoiceLevel(rms);
        this.#progressReports += 1;
        if (this.#progressReports % REPORTS_PER_PROGRESS !== 0) return;
        const heardMs = Math.max(0, playedMs - options.outputLatencyMs());
        options.notify({ type: 'response-progress', responseId, playedMs: heardMs });
      },
      onFinished: (responseId, playedMs) => {
        this.replies.voiceEnded(responseId, 'ended', playedMs);
        this.#page.release(responseId);
        this.#settle();
      },
      onInterrupted: (responseId, playedMs) => {
        options.send({
          type: 'conversation.item.truncate',
          response_id: responseId,
          audio_end_ms: playedMs,
        });
        this.replies.voiceEnded(responseId, 'interrupted', playedMs);
        this.#settle();
      },
      now: () => options.now(),
    });
  }

  /** The reply that is heard and can be held; the page's own voice cannot. */
  get audible(): AudibleReply | undefined {
    return this.#page.isSpeaking ? undefined : this.voice.audible;
  }

  /** Falls silent and forgets every reply, or only `responseId`. */
  interrupt(responseId?: string): void {
    this.voice.flush(responseId);
    this.#page.stop(responseId);
    this.replies.pageInterrupted(responseId);
    this.#settle();
  }

  onAudio({ item, samples, last }: AudioFrame): void {
    this.voice.push(item, samples, last);
  }

  onPlayback(report: PlaybackEvent): void {
    if (report.type !== 'position') this.#options.log('playback', report.type);
    this.voice.onReport(report);
  }

  onPageVoice(report: BrowserVoiceReport): void {
    this.#options.log('playback', `page ${report.state}`);
    this.#page.onReport(report);
    this.#settle();
  }

  onEvent(event: RelayEvent): void {
    switch (event.type) {
      case 'response.created':
        return this.#onResponse(event);
      case 'response.output_audio_transcript.delta':
        return this.#onText(event);
      case 'response.output_audio.done':
        return this.voice.complete(event.response_id);
      case 'response.done':
        // The relay may have cut it off itself: what was not heard is not wanted any more.
        if (event.status === 'cancelled') this.interrupt(event.response_id);
        else this.voice.complete(event.response_id);
        this.#page.finish(event.response_id);
        this.replies.done(event);
        return this.#settle();
      default:
    }
  }

  /** The relay will say no more about what it had begun. */
  sessionLost(): void {
    this.replies.sessionLost();
    this.voice.complete();
    this.#settle();
    this.#options.phases.answered();
  }

  close(): void {
    this.interrupt();
    this.voice.close();
  }

  #onResponse(event: RelayEventOf<'response.created'>): void {
    const { audio, item, response_id: responseId } = event;
    this.replies.begin(event);
    if (audio !== null) this.voice.open({ responseId, item, rateHz: audio.sample_rate });
    // The reply crossed the news that the person speaks again: the relay will cancel it.
    if (this.personSpeaks) this.voice.flush(responseId);
    this.#settle();
    // What the relay says by itself is not what the person waits for.
    if (event.trigger === 'timer' || event.trigger === 'notice') return;
    this.#options.phases.answered(event.utterance);
  }

  #onText(event: RelayEventOf<'response.output_audio_transcript.delta'>): void {
    const { response_id: responseId, delta: text } = event;
    if (text === '') return;
    // A relay that does not number its clauses sends each as one delta.
    const clause = event.clause ?? event.chunk_index;
    const isForPage =
      this.browserSpeaks &&
      event.audio_start_ms === null &&
      text.trim() !== '' &&
      !this.personSpeaks &&
      this.replies.isOpen(responseId);
    // Once a part comes without a voice the rest does, so what arrived of it is all there is.
    if (isForPage) this.voice.complete(responseId);
    const released = !this.replies.isVoiceExpected(responseId);
    const byPage = isForPage && this.#page.add(responseId, clause, text.trim(), released);
    if (byPage) this.replies.setPage(responseId, 'speaking');
    this.#options.notify({
      type: 'response-text',
      responseId,
      clause,
      fromCharacter: event.from_character ?? 0,
      text,
      audioStartMs: event.audio_start_ms,
      byPage,
    });
    this.#settle();
  }

  /** Never two voices at once; and the phase follows from what is heard. */
  #settle(): void {
    this.voice.setWaiting(this.#page.isSpeaking);
    this.#options.phases.replies(this.replies);
  }
}

import type { RelayEvent, RelayEventOf } from '@parley/shared';
import type { EndOfTurnPrediction, MediaNotice } from '../../messages/media-messages.ts';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import { BargeIn } from './barge-in.ts';
import type { CallPhases } from './call-phase.ts';
import type { ReplyPlayback } from './reply-playback.ts';

const MAX_UTTERANCE = 0xffff;

export interface ClientTurnTakingOptions {
  readonly playback: ReplyPlayback;
  readonly phases: CallPhases;
  now(): number;
  /** A session-clock instant on our own clock. */
  toLocalMs(sessionMs: number): number;
  /** When the last of what was said was heard. @param speechEndMs by the detector */
  audibleEndMs(speechEndMs: number): number;
  /** The relay wants no more of the open utterance. */
  onEndOfTurn(speechEndMs: number): void;
  notify(notice: MediaNotice): void;
  send(event: SequencedEvent): void;
  /** What is known of our echo, for the log of what was not an interruption. */
  echoSummary(): string;
  log(source: 'vad' | 'playback', name: string, detail?: string): void;
}

/** The utterance that was opened last. */
interface Utterance {
  readonly number: number;
  isOpen: boolean;
  /** True end of speech of the pause that is going on. */
  pausedAtMs: number | undefined;
  prediction: EndOfTurnPrediction | undefined;
  /** Its answer has begun, or it gets none: nothing is awaited once it is over. */
  isSettled: boolean;
}

/**
 * The person's turns, and barge-in.
 *
 * The first frame that may be speech holds the voice in place; a misfire lets it continue from
 * there. Confirmed speech keeps it held until the relay has decided whether that interrupts: then
 * the voice is flushed and reported with how much of it was heard, or goes on. If the relay does
 * not decide, or the voice cannot be held, speech is a barge-in at once. Typing always is.
 */
export class ClientTurnTaking {
  /** Whether the relay decides when a turn is over and what interrupts a reply. */
  relayDecides = false;
  readonly #options: ClientTurnTakingOptions;
  readonly #bargeIn: BargeIn;
  #utterance: Utterance = newUtterance(0, false);
  #isHearing = false;

  constructor(options: ClientTurnTakingOptions) {
    const { playback } = options;
    this.#options = options;
    this.#bargeIn = new BargeIn({
      hold: () => playback.voice.hold(),
      resume: () => playback.voice.resume(),
      onUndecided: (responseId, isInterruption) => this.#decide(responseId, isInterruption),
    });
  }

  /** The number of the utterance that was opened last. */
  get utterance(): number {
    return this.#utterance.number;
  }

  /** Whether a reply is held until it is known whether it is interrupted. */
  get isUndecided(): boolean {
    return this.#bargeIn.undecided !== undefined;
  }

  speechSuspected(): void {
    this.#options.log('vad', 'suspected');
    this.#bargeIn.suspected();
  }

  speechMisfired(): void {
    this.#options.log('vad', 'dismissed', this.#options.echoSummary());
    this.#bargeIn.dismissed();
  }

  /** @param isHeld push-to-talk: a person who presses a key for it means to interrupt */
  speechStarted(onsetMs: number, isHeld = false): void {
    const { playback, send, log } = this.#options;
    log('vad', 'started');
    const number = (this.#utterance.number % MAX_UTTERANCE) + 1;
    this.#utterance = newUtterance(number, true);
    const held = this.relayDecides && !isHeld ? playback.audible : undefined;
    if (held === undefined) this.#interrupt();
    else this.#bargeIn.holdFor(held, number, onsetMs);
    this.#update();
    send({
      type: 'input_audio_buffer.speech_started',
      utterance: number,
      audio_start_ms: onsetMs,
      ...(held && {
        interrupts: { response_id: held.responseId, audio_end_ms: held.playedMs },
      }),
    });
  }

  speechPaused(speechEndMs: number): void {
    const { send, now, log } = this.#options;
    log('vad', 'paused');
    const { number: utterance } = this.#utterance;
    this.#utterance.pausedAtMs = speechEndMs;
    send({
      type: 'input_audio_buffer.speech_paused',
      utterance,
      audio_end_ms: speechEndMs,
      sent_ms: now(),
    });
  }

  speechResumed(onsetMs: number): void {
    const { send, log } = this.#options;
    log('vad', 'resumed');
    const { number: utterance } = this.#utterance;
    this.#forgetPrediction();
    send({ type: 'input_audio_buffer.speech_resumed', utterance, audio_start_ms: onsetMs });
  }

  speechEnded(speechEndMs: number): void {
    const { playback, now, send, log } = this.#options;
    log('vad', 'ended');
    const sentMs = now();
    const { number: utterance } = this.#utterance;
    const heardMs = this.#options.audibleEndMs(speechEndMs);
    playback.replies.utteranceEnded(utterance, { speechEndMs: heardMs, sentMs });
    send({
      type: 'input_audio_buffer.speech_stopped',
      utterance,
      audio_end_ms: speechEndMs,
      sent_ms: sentMs,
    });
    this.#over(speechEndMs);
  }

  /** No more of an utterance can be sent: what is said from here on becomes the next. */
  speechCut(utterance: number, atMs: number): void {
    if (utterance !== this.#utterance.number || !this.#utterance.isOpen) return;
    this.speechEnded(atMs);
    this.#options.onEndOfTurn(atMs);
  }

  /** The open utterance turned out to be a mistake. */
  speechDiscarded(): void {
    this.#options.log('vad', 'discarded');
    this.#options.send({ type: 'input_audio_buffer.clear', utterance: this.#utterance.number });
    this.#utterance.isOpen = false;
    this.#update();
  }

  onEvent(event: RelayEvent): void {
    switch (event.type) {
      case 'input_audio_buffer.committed':
        return this.#committed(event);
      case 'input_audio_buffer.end_of_turn_predicted':
        return this.#predicted(event);
      case 'response.interruption_decided':
        return this.#decided(event);
      case 'conversation.item.input_audio_transcription.completed':
        if (event.answer_follows === false) this.#unanswered(event.utterance);
        return;
      case 'conversation.item.input_audio_transcription.failed':
        // The relay takes no speech at the moment: it will not decide.
        if (event.utterance === this.#bargeIn.undecided?.utterance) this.#settle(false);
        return this.#unanswered(event.utterance);
      case 'response.created':
        // The relay may have ended an utterance that is still open here.
        if (event.utterance === this.#utterance.number) this.#utterance.isSettled = true;
        return;
      case 'error':
        // It may be about what was typed, which has no number.
        return this.#options.phases.answered(0);
      case 'response.done':
        // Nothing is left to continue.
        if (event.status !== 'cancelled') return;
        if (event.response_id === this.#bargeIn.undecided?.responseId) this.#settle(true);
        return;
      default:
    }
  }

  sendText(id: string, text: string): void {
    const { playback, phases, now, send } = this.#options;
    this.#interrupt();
    this.#update();
    playback.replies.textSent(now());
    send({
      type: 'conversation.item.create',
      item: { id, type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    phases.asked();
  }

  cancelResponse(): void {
    this.#interrupt();
    this.#update();
    this.#options.send({ type: 'response.cancel' });
  }

  /** What is being said may have begun in the old session, which no other can answer. */
  sessionLost(): void {
    this.#utterance.isSettled = true;
  }

  close(): void {
    this.#bargeIn.over();
  }

  #committed(event: RelayEventOf<'input_audio_buffer.committed'>): void {
    const { playback, log, toLocalMs, onEndOfTurn } = this.#options;
    const { number, isOpen, prediction } = this.#utterance;
    const speechEndMs = toLocalMs(event.audio_end_ms);
    const isCurrent = event.utterance === number;
    const endOfTurn = isCurrent ? prediction : undefined;
    const heardMs = this.#options.audibleEndMs(speechEndMs);
    playback.replies.utteranceEnded(event.utterance, { speechEndMs: heardMs, endOfTurn });
    if (!isCurrent || !isOpen) return;
    log('vad', 'committed');
    this.#over(speechEndMs);
    onEndOfTurn(speechEndMs);
  }

  #predicted(event: RelayEventOf<'input_audio_buffer.end_of_turn_predicted'>): void {
    const { number, isOpen, pausedAtMs } = this.#utterance;
    // The prediction may have crossed the news that the person goes on.
    if (event.utterance !== number || !isOpen || pausedAtMs === undefined) return;
    const { probability, delay_ms: delayMs, reasons } = event;
    const { now, notify, log } = this.#options;
    const elapsedMs = Math.max(0, now() - pausedAtMs);
    log('vad', 'predicted', `${probability} in ${delayMs} ms: ${reasons.join(', ')}`);
    const prediction = { probability, delayMs, reasons, elapsedMs };
    this.#utterance.prediction = prediction;
    notify({ type: 'end-of-turn', prediction });
  }

  #decided(event: RelayEventOf<'response.interruption_decided'>): void {
    const { response_id: responseId, utterance, interrupted } = event;
    const { notify, log, playback, echoSummary } = this.#options;
    const detail = interrupted ? '' : `, ${echoSummary()}`;
    log('vad', interrupted ? 'interruption' : 'backchannel', `utterance ${utterance}${detail}`);
    notify({ type: 'interruption-decided', utterance, interrupted });
    if (!interrupted || event.answer_follows === false) this.#unanswered(utterance);
    const undecided = this.#bargeIn.undecided;
    // A later utterance over the same reply has a decision of its own.
    if (interrupted && undecided?.responseId === responseId) this.#settle(true);
    else if (interrupted) playback.interrupt(responseId);
    else if (undecided?.utterance === utterance) this.#settle(false);
  }

  /** The relay has not decided in time. */
  #decide(responseId: string, isInterruption: boolean): void {
    this.#settle(isInterruption);
    if (isInterruption) {
      this.#options.send({ type: 'response.cancel', response_id: responseId });
    }
  }

  #settle(isInterruption: boolean): void {
    if (isInterruption) this.#interrupt();
    else this.#bargeIn.goOn();
    if (isInterruption && !this.#utterance.isOpen) this.#awaitAnswer();
    this.#update();
  }

  #interrupt(): void {
    this.#bargeIn.over();
    this.#options.playback.interrupt();
  }

  /** The utterance takes no more audio. */
  #over(speechEndMs: number): void {
    this.#utterance.isOpen = false;
    this.#forgetPrediction();
    if (this.isUndecided) this.#bargeIn.ended(speechEndMs);
    else this.#awaitAnswer();
    this.#update();
  }

  #awaitAnswer(): void {
    const { isSettled, number } = this.#utterance;
    if (!isSettled) this.#options.phases.asked(number);
  }

  /** No answer to it will begin. */
  #unanswered(utterance: number): void {
    if (utterance === this.#utterance.number) this.#utterance.isSettled = true;
    this.#options.phases.answered(utterance);
  }

  #forgetPrediction(): void {
    this.#utterance.pausedAtMs = undefined;
    if (this.#utterance.prediction === undefined) return;
    this.#utterance.prediction = undefined;
    this.#options.notify({ type: 'end-of-turn', prediction: null });
  }

  #update(): void {
    const { playback, phases } = this.#options;
    const { isUndecided } = this;
    const { isOpen } = this.#utterance;
    // While it is undecided, what comes waits behind the reply that is held.
    playback.personSpeaks = isOpen && !isUndecided;
    const isHearing = isOpen || isUndecided;
    // The page's own recogniser has a say in this, too.
    if (isHearing !== this.#isHearing) phases.hearing(isHearing);
    this.#isHearing = isHearing;
  }
}

function newUtterance(number: number, isOpen: boolean): Utterance {
  return { number, isOpen, pausedAtMs: undefined, prediction: undefined, isSettled: false };
}

import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';
import { ProviderError } from '../stages/provider-error.ts';
import type { TurnEnd, TurnOutcome } from './call-events.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { EndOfTurn } from './end-of-turn.ts';
import { History } from './history.ts';
import { Listening, type Settled } from './listening/listening.ts';
import { RecognitionOutage } from './recognition-outage.ts';
import { SessionReminders } from './reminders.ts';
import { TurnTaking } from './turn-taking.ts';

/** How long an ended conversation may take to come to rest. */
const MAX_REST_MS = 10_000;

type Lost = Pick<Settled, 'turnId' | 'itemId' | 'number'>;

/** What the person does, and what follows from it. At most one utterance is open at a time. */
export class Conversation {
  readonly reminders: SessionReminders;
  readonly #options: ConversationOptions;
  readonly #history = new History();
  readonly #turns: TurnTaking;
  readonly #outage: RecognitionOutage;
  readonly #endOfTurn: EndOfTurn;
  readonly #listening: Listening;
  /** The turn of the utterance that was opened last. */
  #turnId = '';
  #isDisposed = false;
  readonly #rest = Promise.withResolvers<void>();

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { providers, policy, clock } = options;
    this.reminders = new SessionReminders(clock, (text) =>
      this.#turns.announce({ text, trigger: 'timer' }),
    );
    this.#turns = new TurnTaking(options, {
      history: this.#history,
      reminders: this.reminders,
      isListening: () => this.#listening.isBusy,
      onEnded: () => this.#restIfDisposed(),
    });
    this.#outage = new RecognitionOutage(() => providers.ladder.active('transcriber'));
    this.#endOfTurn = new EndOfTurn(options.maxUtteranceMs);
    this.#listening = new Listening({
      caller: options.caller,
      transcriber: providers.transcriber,
      language: policy.language,
      output: options.output,
      emit: options.emit,
      watchdog: options.watchdog,
      logger: options.logger,
      onSettled: (settled) => this.#settled(settled),
    });
  }

  /** The number of the utterance that takes audio now. */
  get openUtterance(): number | undefined {
    return this.#listening.openNumber;
  }

  /** Whether anything is being heard, thought or said, or will be without being asked. */
  get isBusy(): boolean {
    return this.#turns.isReplying || this.#listening.isBusy || !this.reminders.isEmpty;
  }

  /** Confirmed speech: the reply that runs stops (barge-in). An open utterance is ended first. */
  startUtterance(number: number): void {
    this.endUtterance('interrupted', {});
    const turnId = newId('turn');
    if (this.#outage.isOut) return this.#refuseSpeech(number, turnId);
    this.#turns.interrupt();
    this.#listening.start(number, turnId);
    this.#endOfTurn.begin();
    this.#turnId = turnId;
  }

  /**
   * PCM16 at 16 kHz for the open utterance. The hot path.
   *
   * @returns false if the utterance is now too long and was ended
   */
  pushAudio(samples: Int16Array): boolean {
    this.#listening.push(samples);
    const why = this.#endOfTurn.audioCame(this.#listening.openMs);
    if (why === undefined) return true;
    this.endUtterance(why, {});
    return false;
  }

  /**
   * Called about once a second: ends an utterance that gets no audio any more.
   *
   * @returns whether audio of the open utterance came since the last call
   */
  check(elapsedMs: number): boolean {
    if (this.#listening.openNumber === undefined) return false;
    const { hasAudio } = this.#endOfTurn;
    const why = this.#endOfTurn.timePassed(elapsedMs);
    if (why !== undefined) this.endUtterance(why, {});
    return hasAudio;
  }

  /**
   * End of turn: the person has finished. Nothing happens if no utterance is open.
   *
   * @param instants - the client's marks on the session clock, if it gave them
   */
  endUtterance(
    why: TurnEnd,
    instants: { readonly speechEndMs?: number; readonly sentMs?: number },
  ): void {
    if (this.#listening.openNumber === undefined) return;
    const { speechEndMs } = instants;
    const afterMs = speechEndMs === undefined ? null : this.#options.output.nowMs() - speechEndMs;
    this.#options.emit({ type: 'turn-decided', turnId: this.#turnId, why, afterMs });
    this.#listening.end(instants);
  }

  /** It was not speech after all. */
  discardUtterance(): void {
    this.#listening.discard();
  }

  /** A typed message; answered like a spoken one. */
  addText(itemId: string, text: string): void {
    const turnId = newId('turn');
    this.#history.add(itemId, { role: 'user', text });
    this.#options.emit({ type: 'text-typed', turnId, itemId, speech: { text } });
    this.#answer(turnId, 'text', 'typed');
  }

  /** Answers the conversation so far (again). @returns false if nothing was said yet */
  respond(): boolean {
    if (this.#history.messages.length === 0) return false;
    this.#answer(newId('turn'), 'request', 'requested');
    return true;
  }

  /** @returns false if no such reply runs */
  cancelReply(id: string | undefined): boolean {
    return this.#turns.cancel(id);
  }

  /** How much of a reply's voice was heard before it was stopped. @returns false if unknown */
  truncateReply(id: string, playedMs: number): boolean {
    return this.#turns.truncate(id, playedMs);
  }

  /** No provider recognises speech any more: a person who is about to speak should know. */
  recognitionLost(): void {
    // An utterance that is lost over it says so itself.
    if (!this.#listening.isBusy) this.#announceOutage();
  }

  /**
   * Stops everything and releases it at once. Resolves when its last event has been emitted, or
   * after ten seconds: a conversation in which something threw may never come to rest.
   */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.reminders.cancelAll();
    this.#turns.stop();
    this.#listening.discardAll();
    this.#restIfDisposed();
    const cancel = this.#options.clock.after(MAX_REST_MS, this.#rest.resolve);
    await this.#rest.promise;
    cancel();
  }

  #restIfDisposed(): void {
    const isAtRest = this.#turns.isAtRest && !this.#listening.isBusy;
    if (this.#isDisposed && isAtRest) this.#rest.resolve();
  }

  #answer(turnId: string, trigger: 'text' | 'request', why: TurnEnd): void {
    this.#options.emit({ type: 'turn-decided', turnId, why, afterMs: null });
    this.#turns.answer({ turnId, trigger, marks: { end_received: this.#options.output.nowMs() } });
  }

  /** No provider of the relay recognises speech: audio that still comes is passed over. */
  #refuseSpeech(utterance: number, turnId: string): void {
    const { emit } = this.#options;
    const itemId = newId('item');
    emit({ type: 'utterance-started', turnId, itemId, utterance });
    const lost = { turnId, itemId, number: utterance };
    const error = new ParleyError('transcriber_failed');
    this.#sendFailed(lost, error);
    this.#emitFailed(lost, error, null, () => []);
    emit({ type: 'turn-ended', turnId, outcome: 'failed' });
    this.#announceOutage();
  }

  #announceOutage(): void {
    const text = this.#outage.announcement();
    if (text !== undefined) this.#turns.announce({ text, trigger: 'notice' });
  }

  #settled(settled: Settled): void {
    const { turnId } = settled;
    const outcome = this.#isDisposed ? 'discarded' : this.#takeUp(settled);
    if (outcome !== 'replied') this.#options.emit({ type: 'turn-ended', turnId, outcome });
    this.#restIfDisposed();
  }

  /** @returns `replied` if a reply has begun, which then ends the turn; otherwise why there is none */
  #takeUp(settled: Settled): TurnOutcome {
    const { turnId, number, itemId, outcome, marks, asrSeconds } = settled;
    const { output, logger } = this.#options;
    const turn = { turnId, trigger: 'speech' as const, utterance: number, marks, asrSeconds };
    // A person who has begun to speak again is not answered over.
    const isSpeaking = this.#listening.openNumber !== undefined;
    if (outcome.kind === 'failed') {
      const { error, audio } = outcome;
      logger.warn({ err: error, code: error.code, itemId }, 'utterance failed');
      this.#sendFailed(settled, error);
      const text = this.#outage.apology(error.code, settled.standIn);
      const responseId = isSpeaking ? null : this.#turns.say(text, turn);
      this.#emitFailed(settled, error, responseId, audio);
      if (!isSpeaking) return 'replied';
      this.#turns.announce({ text, trigger: 'notice' });
      return 'failed';
    }
    if (outcome.kind === 'heard') {
      const { text, unrecognised } = outcome;
      logger.debug({ itemId, transcript: text, unrecognised }, 'transcript final');
      output.event({
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: itemId,
        utterance: number,
        transcript: text,
      });
      if (text !== '' || unrecognised) {
        this.#history.add(itemId, { role: 'user', text, unrecognised });
        if (isSpeaking) this.#turns.postpone(turn);
        else this.#turns.answer(turn);
        return isSpeaking ? 'continued' : 'replied';
      }
    }
    if (this.#turns.resume(turnId)) return 'replied';
    return outcome.kind === 'discarded' ? 'discarded' : 'no-words';
  }

  #sendFailed({ itemId, number }: Lost, { code, message, retryable }: ParleyError): void {
    this.#options.output.event({
      type: 'conversation.item.input_audio_transcription.failed',
      item_id: itemId,
      utterance: number,
      error: { code, message, retryable },
    });
  }

  #emitFailed(
    { turnId, itemId, number }: Lost,
    error: ParleyError,
    responseId: string | null,
    audio: () => readonly Int16Array[],
  ): void {
    const active = this.#options.providers.ladder.active('transcriber');
    this.#options.emit({
      type: 'utterance-failed',
      turnId,
      itemId,
      utterance: number,
      code: error.code,
      provider: error instanceof ProviderError ? error.provider : active,
      responseId,
      audio,
    });
  }
}

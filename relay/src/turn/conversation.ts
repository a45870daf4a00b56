import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';
import { NO_PROVIDER } from '../stages/provider.ts';
import type { TurnEnd } from './call-events.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { EndOfTurn } from './end-of-turn.ts';
import { History } from './history.ts';
import { HistorySummary } from './history-summary.ts';
import { InOrder, type Place } from './listening/in-order.ts';
import { Listening } from './listening/listening.ts';
import { RecognitionOutage } from './recognition-outage.ts';
import { SessionReminders } from './reminders.ts';
import { TurnIntake } from './turn-intake.ts';
import { NO_BUDGET } from './turn-budget.ts';
import { TurnTaking } from './turn-taking.ts';
import type { UserTurn } from './user-turn.ts';

/** How long an ended conversation may take to come to rest. */
const MAX_REST_MS = 10_000;

/** What the person does, and what follows from it. At most one utterance is open at a time. */
export class Conversation {
  readonly reminders: SessionReminders;
  readonly #options: ConversationOptions;
  readonly #history: History;
  readonly #earlierMessages: number;
  readonly #turns: TurnTaking;
  readonly #outage: RecognitionOutage;
  readonly #endOfTurn: EndOfTurn;
  readonly #listening: Listening;
  readonly #intake: TurnIntake;
  readonly #order = new InOrder<UserTurn>((userTurns) => this.#takeUp(userTurns));
  /** The turn of the utterance that was opened last, and its place in the order. */
  #turnId = '';
  #place: Place<UserTurn> | undefined;
  #isDisposed = false;
  readonly #rest = Promise.withResolvers<void>();

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { providers, policy, clock } = options;
    this.#history = options.history ?? new History();
    this.#earlierMessages = this.#history.messages.length;
    this.reminders = new SessionReminders(clock, (text) =>
      this.#turns.announce({ text, trigger: 'timer' }),
    );
    this.#turns = new TurnTaking(options, {
      history: this.#history,
      summary: new HistorySummary({
        history: this.#history,
        generator: providers.generator,
        person: () => ({ timeZone: options.settings.timeZone }),
        caller: options.caller,
        emit: options.emit,
        budget: options.budget,
        clock,
        logger: options.logger,
      }),
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
    });
    this.#intake = new TurnIntake(options, {
      history: this.#history,
      turns: this.#turns,
      listening: this.#listening,
      outage: this.#outage,
    });
  }

  /** The number of the utterance that takes audio now. */
  get openUtterance(): number | undefined {
    return this.#listening.openNumber;
  }

  /** Whether anything was said in it, not only in the one that it goes on with. */
  get hasWords(): boolean {
    return this.#history.messages.length !== this.#earlierMessages;
  }

  /** Whether anything is being heard, thought or said, or will be without being asked. */
  get isBusy(): boolean {
    return this.#turns.isReplying || this.#listening.isBusy || !this.reminders.isEmpty;
  }

  /** Confirmed speech: the reply that runs stops (barge-in). An open utterance is ended first. */
  startUtterance(number: number): void {
    this.endUtterance('interrupted', {});
    if (this.#turns.isGoodbye) return;
    const turnId = newId('turn');
    if (!this.#reserve(turnId)) return this.#refuseForBudget(number, turnId);
    if (this.#outage.isOut) return this.#refuseSpeech(number, turnId);
    this.#turns.interrupt();
    const place = this.#order.take();
    this.#turnId = turnId;
    this.#place = place;
    this.#listening.start(number, turnId, (settled) =>
      this.#order.fill(place, { kind: 'spoken', ...settled }),
    );
    this.#endOfTurn.begin();
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

  /** A typed message; answered like a spoken one, after what was said before it. */
  addText(itemId: string, text: string): void {
    if (this.#turns.isGoodbye) return;
    this.#turns.interrupt();
    const receivedMs = this.#options.output.nowMs();
    this.#add({ kind: 'typed', turnId: newId('turn'), itemId, text, receivedMs });
  }

  /** Answers the conversation so far (again). @returns false if nothing was said yet */
  respond(): boolean {
    if (this.#history.messages.length === 0 && !this.#listening.awaitsWords) return false;
    if (this.#turns.isGoodbye) return true;
    const receivedMs = this.#options.output.nowMs();
    this.#add({ kind: 'requested', turnId: newId('turn'), receivedMs });
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
    if (!this.#listening.isBusy) this.#intake.announceOutage();
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

  #reserve(turnId: string): boolean {
    return (this.#options.budget ?? NO_BUDGET).reserve(turnId, this.#history.tokens);
  }

  /** Nothing more can be paid: goodbye is said, and audio that still comes is passed over. */
  #refuseForBudget(number: number, turnId: string): void {
    const { emit, output } = this.#options;
    const itemId = newId('item');
    const utterance = { turnId, itemId, utterance: number };
    const { code, message, retryable } = new ParleyError('budget_exhausted');
    emit({ type: 'utterance-started', ...utterance });
    emit({ type: 'utterance-discarded', ...utterance, audioMs: 0 });
    output.event({
      type: 'conversation.item.input_audio_transcription.failed',
      item_id: itemId,
      utterance: number,
      error: { code, message, retryable },
    });
    this.#turns.sayGoodbye(turnId);
  }

  /** No provider of the relay recognises speech: audio that still comes is passed over. */
  #refuseSpeech(number: number, turnId: string): void {
    const itemId = newId('item');
    this.#options.emit({ type: 'utterance-started', turnId, itemId, utterance: number });
    const error = new ParleyError('transcriber_failed');
    this.#order.add({
      kind: 'refused',
      turnId,
      number,
      itemId,
      outcome: { kind: 'failed', error, audio: [] },
      marks: {},
      audioMs: 0,
      finalMs: null,
      provider: NO_PROVIDER,
      standIn: undefined,
    });
  }

  /** What is typed while the person speaks goes before what they have not said to its end. */
  #add(userTurn: UserTurn): void {
    const isSpeaking = this.#listening.openNumber !== undefined;
    this.#order.add(userTurn, isSpeaking ? this.#place : undefined);
  }

  #takeUp(userTurns: readonly UserTurn[]): void {
    if (this.#isDisposed) this.#intake.discard(userTurns);
    else this.#intake.takeUp(userTurns);
    this.#restIfDisposed();
  }
}

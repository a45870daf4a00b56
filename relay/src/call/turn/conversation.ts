import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import { newId } from '../../base/lib/ids.ts';
import type { TurnEnd } from '../events/call-events.ts';
import type { ConversationOptions, ConversationSnapshot } from './conversation-options.ts';
import type { Message } from '../stages/generator/generator.ts';
import { History } from './remembering/history.ts';
import { FORGOTTEN } from './replying/apologies.ts';
import { HistorySummary } from './remembering/history-summary.ts';
import { InOrder, type QueuePlace } from './listening/in-order.ts';
import { Listening } from './listening/listening.ts';
import { refusedTurn, tellBudgetRefusal } from './listening/refused-speech.ts';
import { RecognitionOutage } from './listening/recognition-outage.ts';
import { SessionReminders } from './remembering/reminders.ts';
import { TurnIntake } from './turn-intake.ts';
import { NO_BUDGET, type TurnBudget } from './turn-budget.ts';
import {
  TurnDetector,
  type HeldReply,
  type SpeechStart,
  type TurnDecision,
} from './deciding/turn-detector.ts';
import { UtteranceLimits } from './deciding/utterance-limits.ts';
import { TurnTaking } from './turn-taking.ts';
import type { UserTurn } from './listening/user-turn.ts';

/** How long an ended conversation may take to come to rest. */
const MAX_REST_MS = 10_000;

/** What the person does, and what follows from it. At most one utterance is open at a time. */
export class Conversation {
  readonly reminders: SessionReminders;
  readonly #options: ConversationOptions;
  readonly #budget: TurnBudget;
  readonly #history: History;
  readonly #earlierMessages: number;
  readonly #turns: TurnTaking;
  readonly #outage: RecognitionOutage;
  readonly #limits: UtteranceLimits;
  readonly #detector: TurnDetector;
  readonly #listening: Listening;
  readonly #intake: TurnIntake;
  readonly #order = new InOrder<UserTurn>((userTurns) => this.#takeUp(userTurns));
  /** The turn of the utterance that was opened last, and its place in the order. */
  #turnId = '';
  #place: QueuePlace<UserTurn> | undefined;
  #isDisposed = false;
  readonly #rest = Promise.withResolvers<void>();

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#budget = options.budget ?? NO_BUDGET;
    const { providers, settings, clock } = options;
    this.#history = options.history ?? new History();
    this.#earlierMessages = options.restored === undefined ? this.#history.messages.length : 0;
    this.reminders = new SessionReminders(
      clock,
      (text) => this.#turns.announce({ text, trigger: 'timer' }),
      (dueMs) =>
        options.output.event({
          type: 'timer.updated',
          due_ms: dueMs === Infinity ? null : options.output.nowMs() + dueMs - clock.now(),
        }),
    );
    this.#turns = new TurnTaking(options, {
      history: this.#history,
      summary: new HistorySummary({
        history: this.#history,
        generator: providers.generator,
        person: () => ({ timeZone: settings.timeZone, language: settings.language }),
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
    this.#outage = new RecognitionOutage(() =>
      providers.ladder.active('transcriber', settings.language),
    );
    this.#limits = new UtteranceLimits(options.maxUtteranceMs);
    this.#listening = new Listening({
      caller: options.caller,
      itemIdOf: options.itemIdOf,
      transcriber: providers.transcriber,
      settings,
      onProgress: () => this.#detector.progress(),
      output: options.output,
      emit: options.emit,
      watchdog: options.watchdog,
      opus: options.opus,
      logger: options.logger,
    });
    this.#detector = new TurnDetector({
      clock,
      emit: options.emit,
      output: options.output,
      settings,
      turnModel: options.turnModel,
      logger: options.logger,
      listening: this.#listening,
      heardOf: (held) => this.#heardOf(held),
      onDecided: (decision) => this.#decided(decision),
    });
    this.#intake = new TurnIntake(options, {
      history: this.#history,
      turns: this.#turns,
      listening: this.#listening,
      outage: this.#outage,
    });
    if (options.restored !== undefined) this.#restore(options.restored);
  }

  /** What another relay needs to go on with this conversation, without these turns. */
  snapshot(openTurns: ReadonlySet<string>): ConversationSnapshot & {
    readonly messages: readonly Message[];
  } {
    const messages = this.#history.without(openTurns);
    const { clock } = this.#options;
    const epochMs = Date.now() - clock.now();
    return {
      messages,
      // An open turn brings its question again.
      isQuestionOpen: this.#turns.isQuestionOpen && messages.at(-1)?.role === 'user',
      nextItem: this.#turns.nextItem,
      reminders: this.reminders.pending.map(({ dueMs, ...reminder }) => ({
        ...reminder,
        dueAtMs: dueMs + epochMs,
      })),
    };
  }

  /** What was said before is not known any more: a person who refers to it should know. */
  announceForgotten(): void {
    this.#turns.announce({ text: FORGOTTEN, trigger: 'notice' });
  }

  /** Answers what was put off, if nothing else is said. */
  answerPostponed(): void {
    if (this.#turns.isPause) this.#turns.resume(newId('turn'));
  }

  /** The number of the utterance that takes audio now. */
  get openUtterance(): number | undefined {
    return this.#listening.openNumber;
  }

  /** What is said or typed is answered without a request. */
  get isAnswering(): boolean {
    return this.#options.settings.createsResponses !== false;
  }

  /** Whether anything was said in this call, not only in the earlier one it continues. */
  get hasWords(): boolean {
    return this.#history.messages.length !== this.#earlierMessages;
  }

  /** Whether anything is being heard, thought or said. */
  get isInTurn(): boolean {
    return this.#turns.isReplying || this.#listening.isBusy;
  }

  /** Whether anything is being heard, thought or said, or will be without being asked. */
  get isBusy(): boolean {
    return this.isInTurn || !this.reminders.isEmpty;
  }

  /**
   * Confirmed speech: the reply that runs stops (barge-in), unless the client holds it until it is
   * decided whether it is interrupted. An open utterance is ended first.
   *
   * @returns the id of its turn; undefined if it begins none
   */
  startUtterance(start: SpeechStart): string | undefined {
    const { number, held } = start;
    this.endUtterance('interrupted', {});
    if (this.#turns.isGoodbye) {
      this.#detector.ignored(start);
      return undefined;
    }
    const turnId = newId('turn');
    // First, because this turn is paid from what the interrupted one leaves.
    if (held === undefined && this.isAnswering && !this.#outage.isOut) this.#turns.interrupt();
    if (this.#budget.isExhausted()) {
      tellBudgetRefusal(this.#options, number, turnId);
      this.#detector.refused(start);
      this.#turns.sayGoodbye(turnId);
      return undefined;
    }
    if (this.#outage.isOut) {
      this.#detector.refused(start);
      this.#order.add(refusedTurn(this.#options, number, turnId));
      return turnId;
    }
    const place = this.#order.take();
    this.#turnId = turnId;
    this.#place = place;
    const bargeInVerdictFor = this.#detector.begin(start, turnId);
    this.#listening.start({ number, turnId, mayInterrupt: held !== undefined }, (settled) => {
      const bargeIn = bargeInVerdictFor(settled.outcome);
      this.#order.fill(place, { kind: 'spoken', ...settled, bargeIn });
    });
    this.#limits.begin();
    this.#budget.hearing(turnId, 0);
    return turnId;
  }

  /** The person is silent, perhaps only for a moment. @param speechEndMs - on the session clock */
  pauseUtterance(speechEndMs: number): void {
    this.#detector.paused(speechEndMs);
  }

  /** The person goes on after a pause. */
  resumeUtterance(): void {
    this.#detector.resumed();
  }

  /**
   * Speech of the open utterance, see `Hearing.push`. The hot path.
   *
   * @returns false if the utterance is now too long and was ended
   */
  pushAudio(audio: SpeechAudio): boolean {
    this.#listening.push(audio);
    this.#budget.hearing(this.#turnId, this.#listening.openMs);
    if (this.#detector.isUndecided) this.#detector.progress();
    const why = this.#limits.audioCame(this.#listening.openMs);
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
    const { hasAudio } = this.#limits;
    const why = this.#limits.timePassed(elapsedMs);
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
    // A client's estimate of the session's clock may be a little ahead of it.
    const afterMs =
      speechEndMs === undefined ? null : Math.max(0, this.#options.output.nowMs() - speechEndMs);
    this.#detector.over();
    this.#options.emit({ type: 'turn-decided', turnId: this.#turnId, why, afterMs });
    this.#listening.end(instants);
  }

  /** The utterance was not speech after all. */
  discardUtterance(): void {
    this.#detector.over();
    this.#listening.discard();
  }

  /**
   * A typed message; answered like a spoken one, after what was said before it.
   *
   * @param wantsAnswer - false: it is only remembered, and interrupts nothing
   * @returns the id of its turn; undefined if it begins none
   */
  addText(itemId: string, text: string, wantsAnswer = true): string | undefined {
    if (this.#turns.isGoodbye) return undefined;
    if (wantsAnswer) this.#turns.interrupt();
    const receivedMs = this.#options.output.nowMs();
    const turnId = newId('turn');
    this.#add({ kind: 'typed', turnId, itemId, text, receivedMs, wantsAnswer });
    return turnId;
  }

  /** What was said, by the ids of messages, typed or spoken, and of replies. */
  get memory(): Pick<History, 'add' | 'remove'> {
    return this.#history;
  }

  /** Whether anything was said that `respond` could answer. */
  get canRespond(): boolean {
    return this.#history.hasQuestion || this.#listening.awaitsWords;
  }

  /**
   * Answers the conversation so far (again).
   *
   * @returns the id of the turn; undefined if it begins none
   */
  respond(): string | undefined {
    if (!this.canRespond || this.#turns.isGoodbye) return undefined;
    const turnId = newId('turn');
    this.#add({ kind: 'requested', turnId, receivedMs: this.#options.output.nowMs() });
    return turnId;
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
    this.#detector.over();
    this.#listening.discardAll();
    this.#restIfDisposed();
    const cancel = this.#options.clock.after(MAX_REST_MS, this.#rest.resolve);
    await this.#rest.promise;
    cancel();
  }

  #restore({ reminders, isQuestionOpen }: ConversationSnapshot): void {
    const epochMs = Date.now() - this.#options.clock.now();
    this.reminders.restore(
      reminders.map(({ dueAtMs, ...reminder }) => ({ ...reminder, dueMs: dueAtMs - epochMs })),
    );
    if (isQuestionOpen) this.#turns.postpone({ turnId: newId('turn'), trigger: 'request' });
  }

  #decided(decision: TurnDecision): void {
    switch (decision.type) {
      case 'probable-end':
        // The words of an earlier utterance, which have yet to come, belong to the same answer.
        if (this.isAnswering && !this.#listening.awaitsWords) this.#turns.speculate(decision.turn);
        return;
      case 'resumed':
        return this.#turns.stopSpeculating();
      case 'end-of-turn': {
        const { speechEndMs } = decision;
        const sentMs = this.#options.output.nowMs();
        return this.endUtterance('endpointed', { speechEndMs, sentMs });
      }
      case 'interruption':
        return this.#turns.interrupt();
      case 'stop':
        this.#turns.cancel(decision.responseId);
    }
  }

  #restIfDisposed(): void {
    const isAtRest = this.#turns.isAtRest && !this.#listening.isBusy;
    if (this.#isDisposed && isAtRest) this.#rest.resolve();
  }

  /** What the person heard last of the assistant. */
  #heardOf(held: HeldReply | undefined): string | undefined {
    if (held !== undefined) return this.#turns.heardOf(held.responseId, held.playedMs);
    return this.#history.messages.findLast(({ role, text }) => role === 'assistant' && text !== '')
      ?.text;
  }

  /** Text typed while the person speaks goes before the speech that is not finished. */
  #add(userTurn: UserTurn): void {
    const isSpeaking = this.#listening.openNumber !== undefined;
    this.#order.add(userTurn, isSpeaking ? this.#place : undefined);
  }

  #takeUp(userTurns: readonly UserTurn[]): void {
    if (this.#isDisposed) this.#intake.discard(userTurns);
    else this.#intake.takeUp(userTurns);
    this.#turns.stopSpeculating();
    this.#restIfDisposed();
  }
}

import { newId } from '../../base/lib/ids.ts';
import { isDoubtful, type Message } from '../stages/generator/generator.ts';
import { Announcements, type Announcement } from './replying/announcements.ts';
import { NOTHING_HEARD } from './replying/apologies.ts';
import { answerTo, onceReserved } from './replying/answer-request.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { Goodbye } from './replying/goodbye.ts';
import type { History } from './remembering/history.ts';
import type { HistorySummary } from './remembering/history-summary.ts';
import type { SessionReminders } from './remembering/reminders.ts';
import { GOODBYE_SENTENCE } from './replying/phrases.ts';
import { Replies, type ReplyRequest } from './replying/replies.ts';
import type { Reply } from './replying/reply.ts';
import { NO_BUDGET } from './turn-budget.ts';
import type { ReservationOutcome } from '../../people/metering/budgets.ts';
import { Speculator, type SupposedTurn, type TakenReply } from './deciding/speculation.ts';

/** A turn that is to be answered; what is said follows from the history. */
export type Turn = Omit<ReplyRequest, 'content'>;

interface Answer {
  readonly reply: Reply;
  readonly turn: Turn;
  /** Takes back what it has done. */
  readonly takeBack: () => void;
}

export interface TurnTakingOptions {
  readonly history: History;
  readonly summary: HistorySummary;
  readonly reminders: SessionReminders;
  /** The person speaks, or has spoken and their words are still to come. */
  readonly isListening: () => boolean;
  /** A reply is over. */
  readonly onEnded: () => void;
}

/**
 * When the relay speaks. At most one reply runs: a new one replaces it, a barge-in cancels it.
 * Unasked sentences wait for a pause.
 */
export class TurnTaking {
  readonly #conversation: ConversationOptions;
  readonly #options: TurnTakingOptions;
  readonly #replies: Replies;
  readonly #announcements = new Announcements();
  /** With what they were asked for, as long as their turn is not over. */
  readonly #running = new Map<Reply, ReplyRequest | undefined>();
  #reply: Reply | undefined;
  /** What the person said and has heard no answer to, because they began to speak again. */
  #unanswered: Turn | undefined;
  /** The last message that a generator was asked about; earlier ones are not asked again. */
  #lastAsked: Message | undefined;
  /** The answer that was begun last, unless the person wanted no more of it. */
  #latest: Answer | undefined;
  #isOver = false;
  readonly #goodbye: Goodbye;
  readonly #speculator: Speculator;

  constructor(conversation: ConversationOptions, options: TurnTakingOptions) {
    this.#conversation = conversation;
    this.#goodbye = new Goodbye(conversation);
    this.#options = options;
    this.#replies = new Replies(conversation);
    const { history, reminders } = options;
    this.#speculator = new Speculator({
      conversation,
      history,
      reminders,
      replies: this.#replies,
      mayBegin: (turnId) =>
        !this.isReplying &&
        !this.isQuestionOpen &&
        !this.isGoodbye &&
        this.#reserve(turnId) === 'reserved',
    });
  }

  /** Goodbye is being said, or was: the person has no more turns. */
  get isGoodbye(): boolean {
    return this.#goodbye.isBegun;
  }

  /** A reply is being made or spoken. */
  get isReplying(): boolean {
    return this.#reply !== undefined;
  }

  /** No reply runs any more, not even a cancelled one that is about to end. */
  get isAtRest(): boolean {
    return this.#running.size === 0;
  }

  /** Nothing is said by either side, or about to be. */
  get isPause(): boolean {
    return this.#reply === undefined && !this.#options.isListening();
  }

  /** Something that the person said has no answer yet. */
  get isQuestionOpen(): boolean {
    return this.#unanswered !== undefined;
  }

  /** The number of the next reply's voice. */
  get nextItem(): number {
    return this.#replies.nextItem;
  }

  /** The person may have finished, with these words: the answer is begun, and kept back. */
  speculate(turn: SupposedTurn): void {
    this.#speculator.begin(turn);
  }

  /** The person goes on. */
  stopSpeculating(): void {
    this.#speculator.discard();
  }

  /** Barge-in: the reply stops, and what it answers may still have to be answered. */
  interrupt(): void {
    const reply = this.#reply;
    if (reply === undefined || this.isGoodbye) return;
    this.#stopReply();
    // If answers are asked for, it is not given again by itself.
    const { createsResponses } = this.#conversation.settings;
    if (reply.heardText !== '' || createsResponses === false) this.#answered(reply);
  }

  /** The client wants no more of a reply. @returns false if no such reply runs */
  cancel(id: string | undefined): boolean {
    // Its actions stay done, and it is not given again.
    const latest = this.#latest;
    if (latest !== undefined && (id === undefined || id === latest.reply.id)) {
      this.#answered(latest.reply);
      this.#latest = undefined;
    }
    if (this.#reply === undefined || (id !== undefined && id !== this.#reply.id)) return false;
    this.#reply.cancel();
    return true;
  }

  /** What is heard of a reply up to this position of its audio; undefined if it is not known. */
  heardOf(id: string, playedMs: number): string | undefined {
    return this.#replies.find(id)?.heardAt(playedMs);
  }

  /** After a barge-in: how much of a reply's voice was heard. @returns false if it is unknown */
  truncate(id: string, playedMs: number): boolean {
    const reply = this.#replies.find(id);
    if (reply === undefined) return false;
    reply.truncate(playedMs);
    this.#options.history.setReply(id, reply.heardText);
    // The voice is sent ahead: only now it is known that nothing of it was played.
    if (playedMs === 0 && reply !== this.#reply) this.#reopenIfUnheard(reply);
    return true;
  }

  /** What the person said last wants no answer, not even together with what comes next. */
  leaveUnanswered(): void {
    this.#lastAsked = this.#options.history.messages.at(-1);
  }

  /** The turn is answered later: with the next one, or if nothing comes of that. */
  postpone(turn: Turn): void {
    this.#unanswered = turn;
  }

  /** Answers the conversation so far. @returns the response's id */
  answer(turn: Turn): string {
    const { reminders, summary } = this.#options;
    summary.stop();
    if (!this.#options.history.hasQuestion) {
      this.#unanswered = undefined;
      return this.say(NOTHING_HEARD, turn);
    }
    this.#stopReply();
    const askedBefore = this.#lastAsked;
    const restoreReminders = reminders.checkpoint();
    const history = [...this.#options.history.messages];
    const unasked = this.#takeUnasked(history);
    // If it has to be answered again, its recognition is not counted again.
    const open = { ...turn, asrSeconds: 0 };
    this.#unanswered = open;
    const question = unasked.map(({ text }) => text).join(' ');
    // An answer that was begun ahead assumed clear words: it is not used for doubtful ones.
    const words = unasked.length === 1 && !unasked.some(isDoubtful) ? question : '';
    const marks = { ...turn.marks };
    const { turnId, asrSeconds = 0 } = turn;
    const answer = answerTo(history, unasked.length, reminders, this.#conversation);
    const generate = onceReserved(answer, () => this.#reserve(turnId), this.#conversation.clock);
    const reply = this.#start(
      { ...turn, marks, content: { kind: 'answer', question, generate } },
      this.#speculator.take({ turnId, words }, { marks, asrSeconds }),
    );
    const takeBack = () => {
      restoreReminders();
      this.#lastAsked = askedBefore;
    };
    this.#latest = { reply, turn: open, takeBack };
    return reply.id;
  }

  /**
   * What interrupted an answer was not speech: the question before it still stands.
   *
   * @param turnId - of what interrupted it; the answer belongs to that turn
   * @returns the response's id; undefined if nothing is left to answer
   */
  resume(turnId: string): string | undefined {
    if (this.#unanswered !== undefined && this.isPause) {
      return this.answer({ ...this.#unanswered, turnId });
    }
    this.#announceNext();
    return undefined;
  }

  announce(announcement: Announcement): void {
    if (this.#isOver) return;
    this.#announcements.add(announcement);
    this.#announceNext();
  }

  /** The budget is used up: goodbye is said, even if this turn has more to say. */
  sayGoodbye(turnId: string): void {
    if (!this.isGoodbye) this.say(GOODBYE_SENTENCE, { turnId, trigger: 'notice' });
  }

  /** Says a sentence of the relay's own now. @returns the response's id */
  say(text: string, turn: Turn): string {
    return this.#start({ ...turn, content: { kind: 'words', text } }).id;
  }

  /** Cancels the reply that runs and lets none follow. */
  stop(): void {
    this.#isOver = true;
    this.#goodbye.cancel();
    this.#options.summary.stop();
    this.#announcements.clear();
    this.#speculator.discard();
    this.#reply?.cancel();
  }

  /** The person's last words: all that no generator was asked about before, or the last alone. */
  #takeUnasked(history: readonly Message[]): readonly Message[] {
    const last = history.at(-1);
    if (last?.role !== 'user') return [];
    const asked = history.findLastIndex(
      (message) => message === this.#lastAsked || message.role !== 'user',
    );
    this.#lastAsked = last;
    return asked === history.length - 1 ? [last] : history.slice(asked + 1);
  }

  #reserve(turnId: string): ReservationOutcome {
    const { budget = NO_BUDGET, settings } = this.#conversation;
    return budget.reserve(turnId, this.#options.history.tokens, settings.isSpoken);
  }

  #announceNext(): void {
    if (!this.isPause) return;
    const next = this.#announcements.take();
    if (next !== undefined) this.say(next.text, { turnId: newId('turn'), trigger: next.trigger });
  }

  #stopReply(): void {
    const reply = this.#reply;
    if (reply === undefined) return;
    this.#reply = undefined;
    reply.cancel();
    // At once: the next turn is paid from what this one leaves.
    this.#ended(reply);
    this.#reopenIfUnheard(reply);
  }

  /** Its question is open no more; another one, which was put off, still is. */
  #answered(reply: Reply): void {
    if (this.#latest?.reply !== reply || this.#unanswered !== this.#latest.turn) return;
    this.#unanswered = undefined;
  }

  /** An answer of which nothing was heard is as if it had not begun: its question stands again. */
  #reopenIfUnheard(reply: Reply): void {
    const latest = this.#latest;
    if (latest?.reply !== reply || reply.heardText !== '') return;
    latest.takeBack();
    this.#unanswered ??= latest.turn;
  }

  /** @param begun - the reply, if it was begun ahead */
  #start(asked: ReplyRequest, begun?: TakenReply): Reply {
    this.#stopReply();
    const request = this.#goodbye.affordable(asked);
    const isWanted = begun !== undefined && request === asked;
    if (!isWanted) begun?.discard();
    const reply = isWanted ? begun.reply : this.#replies.make(request);
    if (request !== asked) this.#sayNothingElse(reply);
    this.#reply = reply;
    this.#running.set(reply, request);
    this.#options.history.add(reply.id, { role: 'assistant', text: '' }, request.turnId);
    void (isWanted ? begun.release() : reply.run()).then(() => {
      this.#ended(reply);
      this.#running.delete(reply);
      this.#options.onEnded();
    });
    return reply;
  }

  #sayNothingElse(goodbye: Reply): void {
    this.#goodbye.begin(goodbye);
    this.#announcements.clear();
  }

  /** What follows from the end of a reply. */
  #goOn(reply: Reply, isAnswer: boolean): void {
    if (this.#goodbye.ended(reply, this.#replies.aheadMs) || this.#isOver) return;
    if (this.#goodbye.isDue && this.isPause) return this.sayGoodbye(newId('turn'));
    // What was put off while this reply was held is answered now.
    this.resume(newId('turn'));
    if (isAnswer) this.#options.summary.consider();
  }

  #ended(reply: Reply): void {
    const request = this.#running.get(reply);
    if (request === undefined) return;
    this.#running.set(reply, undefined);
    const { turnId } = request;
    this.#conversation.emit({ type: 'turn-ended', turnId, outcome: 'replied' });
    this.#options.history.setReply(reply.id, reply.heardText);
    this.#replies.ended(reply, request);
    if (this.#reply === reply) {
      this.#reply = undefined;
      const isAnswer = request.content.kind === 'answer';
      if (!reply.isCancelled || reply.heardText !== '') this.#answered(reply);
      this.#goOn(reply, isAnswer);
    }
  }
}

import { newId } from '../lib/ids.ts';
import type { Reminders } from '../stages/generator.ts';
import type { ConversationOptions } from './conversation-options.ts';
import type { History } from './history.ts';
import { Replies, type ReplyRequest } from './reply/replies.ts';
import type { Reply } from './reply/reply.ts';

/** Things to say unasked that may wait for a pause. */
const MAX_ANNOUNCEMENTS = 20;

/** Something to say unasked. */
export interface Announcement {
  readonly text: string;
  /** A reminder that is due, or something about the call itself. */
  readonly trigger: 'timer' | 'notice';
}

/** A turn that is to be answered; what is said follows from the history. */
export type Turn = Omit<ReplyRequest, 'content'>;

export interface TurnTakingOptions {
  readonly history: History;
  readonly reminders: Reminders;
  /** The person speaks, or has spoken and their words are still to come. */
  readonly isListening: () => boolean;
  /** A reply is over. */
  readonly onEnded: () => void;
}

/**
 * When the relay speaks. At most one reply runs: a new one takes its place, a barge-in cancels it.
 * What is to be said unasked waits for a pause.
 */
export class TurnTaking {
  readonly #conversation: ConversationOptions;
  readonly #options: TurnTakingOptions;
  readonly #replies: Replies;
  readonly #announcements: Announcement[] = [];
  readonly #running = new Set<Reply>();
  #reply: Reply | undefined;
  /** What the person said and has heard no answer to, because they began to speak again. */
  #unanswered: Turn | undefined;
  #isOver = false;

  constructor(conversation: ConversationOptions, options: TurnTakingOptions) {
    this.#conversation = conversation;
    this.#options = options;
    this.#replies = new Replies(conversation);
  }

  /** A reply is being made or spoken. */
  get isReplying(): boolean {
    return this.#reply !== undefined;
  }

  /** No reply runs any more, not even a cancelled one that is about to end. */
  get isAtRest(): boolean {
    return this.#running.size === 0;
  }

  /** Barge-in: the reply stops, and what it answers may still have to be answered. */
  interrupt(): void {
    this.#reply?.cancel();
  }

  /** The client wants no more of a reply. @returns false if no such reply runs */
  cancel(id: string | undefined): boolean {
    if (this.#reply === undefined || (id !== undefined && id !== this.#reply.id)) return false;
    this.#unanswered = undefined;
    this.#reply.cancel();
    return true;
  }

  /** After a barge-in: how much of a reply's voice was heard. @returns false if it is unknown */
  truncate(id: string, playedMs: number): boolean {
    const reply = this.#replies.find(id);
    if (reply === undefined) return false;
    reply.truncate(playedMs);
    this.#options.history.setReply(id, reply.text);
    return true;
  }

  /** The turn is answered later: with the next one, or if nothing comes of that. */
  postpone(turn: Turn): void {
    this.#unanswered = turn;
  }

  /** Answers the conversation so far. */
  answer(turn: Turn): void {
    const { providers, settings } = this.#conversation;
    const { reminders } = this.#options;
    const history = [...this.#options.history.messages];
    const last = history.at(-1);
    this.#unanswered = turn;
    this.#start({
      ...turn,
      marks: { ...turn.marks },
      content: {
        kind: 'answer',
        question: last?.role === 'user' ? last.text : '',
        generate: (signal, observer) =>
          providers.generator.generate(
            { history, signal, person: { timeZone: settings.timeZone }, reminders },
            observer,
          ),
      },
    });
  }

  /**
   * What interrupted an answer was not speech: the question before it still stands.
   *
   * @param turnId - of what interrupted it; the answer belongs to that turn
   * @returns false if nothing is left to answer
   */
  resume(turnId: string): boolean {
    if (this.#unanswered === undefined || !this.#isPause) {
      this.#announceNext();
      return false;
    }
    this.answer({ ...this.#unanswered, turnId });
    return true;
  }

  announce(announcement: Announcement): void {
    if (this.#isOver) return;
    if (this.#announcements.length < MAX_ANNOUNCEMENTS) this.#announcements.push(announcement);
    this.#announceNext();
  }

  /** Says a sentence of the relay's own now. @returns the response's id */
  say(text: string, turn: Turn): string {
    return this.#start({ ...turn, content: { kind: 'words', text } });
  }

  /** Cancels the reply that runs and lets none follow. */
  stop(): void {
    this.#isOver = true;
    this.#announcements.length = 0;
    this.#reply?.cancel();
  }

  get #isPause(): boolean {
    return this.#reply === undefined && !this.#options.isListening();
  }

  #announceNext(): void {
    if (!this.#isPause) return;
    const next = this.#announcements.shift();
    if (next !== undefined) this.say(next.text, { turnId: newId('turn'), trigger: next.trigger });
  }

  #start(request: ReplyRequest): string {
    this.#reply?.cancel();
    const reply = this.#replies.make(request);
    this.#reply = reply;
    this.#running.add(reply);
    this.#options.history.add(reply.id, { role: 'assistant', text: '' });
    void reply.run().then(() => this.#ended(reply, request));
    return reply.id;
  }

  #ended(reply: Reply, request: ReplyRequest): void {
    this.#running.delete(reply);
    const { turnId } = request;
    this.#conversation.emit({ type: 'turn-ended', turnId, outcome: 'replied' });
    this.#options.history.setReply(reply.id, reply.text);
    this.#replies.ended(reply, request);
    if (this.#reply === reply) {
      this.#reply = undefined;
      if (!reply.isCancelled || reply.text !== '') this.#unanswered = undefined;
      this.#announceNext();
    }
    this.#options.onEnded();
  }
}

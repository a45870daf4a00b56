import { ParleyError } from '@parley/shared';
import { newId } from '../lib/ids.ts';
import { ProviderError } from '../stages/provider-error.ts';
import { activeProvider } from './active-provider.ts';
import { isRelayProvider } from '../stages/provider.ts';
import { Announcements, type Announcement } from './announcements.ts';
import { apologyFor } from './reply/apologies.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { Deafness } from './deafness.ts';
import { History } from './history.ts';
import { Listening, type Settled } from './listening/listening.ts';
import { SessionReminders } from './reminders.ts';
import { Replies, type ReplyRequest } from './reply/replies.ts';
import type { Reply } from './reply/reply.ts';

/**
 * Who is speaking, and what follows from it.
 *
 * At most one utterance is open and at most one reply runs. A person who begins to speak
 * (or types) cancels the reply that runs; what is to be said unasked waits for a pause.
 */
export class Conversation {
  readonly reminders: SessionReminders;
  readonly #options: ConversationOptions;
  readonly #history = new History();
  readonly #replies: Replies;
  readonly #announcements = new Announcements();
  readonly #deafness: Deafness;
  readonly #listening: Listening;
  #reply: Reply | undefined;
  /** What the person said and has heard no answer to, because they began to speak again. */
  #unanswered: Omit<ReplyRequest, 'generate'> | undefined;
  #isDisposed = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { providers, policy, deadlines, clock } = options;
    this.#replies = new Replies(options);
    this.#deafness = new Deafness(() => activeProvider(providers, 'transcriber'));
    this.#listening = new Listening({
      ...options,
      transcriber: providers.transcriber,
      language: policy.language,
      deadlineMs: deadlines.transcriberMs,
      onSettled: (settled) => this.#settled(settled),
    });
    this.reminders = new SessionReminders(clock, (text) =>
      this.#announce({ text, trigger: 'timer' }),
    );
  }

  /** The number of the utterance that takes audio now. */
  get openUtterance(): number | undefined {
    return this.#listening.openNumber;
  }

  /** Whether anything is being heard, thought or said, or will be without being asked. */
  get isBusy(): boolean {
    return this.#reply !== undefined || this.#listening.isBusy || !this.reminders.isEmpty;
  }

  /** Length of the open utterance so far. */
  get openUtteranceMs(): number {
    return this.#listening.openMs;
  }

  /** Confirmed speech: whatever is being said stops. An utterance still open is ended first. */
  startUtterance(number: number): void {
    this.#listening.end({});
    if (this.#deafness.isDeaf) return this.#refuseSpeech(number);
    this.#reply?.cancel();
    this.#listening.start(number);
  }

  /** PCM16 at 16 kHz for the open utterance. */
  pushAudio(samples: Int16Array): void {
    this.#listening.push(samples);
  }

  /**
   * The person has finished.
   *
   * @param instants - the client's marks on the session clock, where it gave them
   */
  endUtterance(instants: { readonly speechEndMs?: number; readonly sentMs?: number }): void {
    this.#listening.end(instants);
  }

  /** It was not speech after all. */
  discardUtterance(): void {
    this.#listening.discard();
  }

  /** A typed message; answered like a spoken one. */
  addText(id: string, text: string): void {
    this.#history.add(id, { role: 'user', text });
    this.#answer({ trigger: 'text', marks: { end_received: this.#options.output.nowMs() } });
  }

  /** Answers the conversation so far (again). @returns false where nothing was said yet */
  respond(): boolean {
    if (this.#history.messages.length === 0) return false;
    this.#answer({ trigger: 'request', marks: { end_received: this.#options.output.nowMs() } });
    return true;
  }

  /** @returns false where no such reply runs */
  cancelReply(id: string | undefined): boolean {
    if (this.#reply === undefined || (id !== undefined && id !== this.#reply.id)) return false;
    this.#unanswered = undefined;
    this.#reply.cancel();
    return true;
  }

  /** How much of a reply's voice was heard before it was stopped. @returns false if unknown */
  truncateReply(id: string, playedMs: number): boolean {
    const reply = this.#replies.find(id);
    if (reply === undefined) return false;
    reply.truncate(playedMs);
    this.#history.setReply(id, reply.text);
    return true;
  }

  /** Nobody here recognises speech any more: someone who is about to speak should know. */
  hearingLost(): void {
    // An utterance that is lost over it says so itself.
    if (!this.#listening.isBusy) this.#tellDeaf();
  }

  /** Stops everything and releases it. */
  dispose(): void {
    this.#isDisposed = true;
    this.reminders.cancelAll();
    this.#announcements.clear();
    this.#reply?.cancel();
    this.#listening.discardAll();
  }

  /** Nothing here recognises speech: audio that still comes is passed over. */
  #refuseSpeech(number: number): void {
    this.#tellFailed(newId('item'), number, new ParleyError('transcriber_failed'));
    this.#tellDeaf();
  }

  #tellDeaf(): void {
    const text = this.#deafness.tell();
    if (text !== undefined) this.#announce({ text, trigger: 'notice' });
  }

  #tellFailed(itemId: string, utterance: number, error: ParleyError): void {
    this.#options.output.event({
      type: 'conversation.item.input_audio_transcription.failed',
      item_id: itemId,
      utterance,
      error: { code: error.code, message: error.message, retryable: error.retryable },
    });
  }

  #settled({ number, itemId, outcome, marks, asrSeconds, standIn }: Settled): void {
    if (this.#isDisposed) return;
    const { output, logger } = this.#options;
    const request = { trigger: 'speech' as const, utterance: number, marks, asrSeconds };
    switch (outcome.kind) {
      case 'discarded':
        break;
      case 'failed': {
        const { error, audio } = outcome;
        const { code } = error;
        logger.warn({ err: error, code, itemId }, 'an utterance was lost');
        this.#tellFailed(itemId, number, error);
        const active = activeProvider(this.#options.providers, 'transcriber');
        // That everyone failed at one utterance does not mean that they will at the next.
        const now = standIn !== undefined && isRelayProvider(standIn) ? standIn : active;
        if (!isRelayProvider(now)) this.#deafness.told();
        const responseId = this.#apologise(apologyFor(code, now), request);
        const provider = error instanceof ProviderError ? error.provider : active;
        const lost = { itemId, utterance: number, responseId, code, provider, audio };
        this.#options.onLost?.(lost);
        return;
      }
      case 'heard': {
        const { text, unrecognised } = outcome;
        logger.debug({ itemId, transcript: text, unrecognised }, 'heard');
        output.event({
          type: 'conversation.item.input_audio_transcription.completed',
          item_id: itemId,
          utterance: number,
          transcript: text,
        });
        if (text !== '' || unrecognised) {
          this.#history.add(itemId, { role: 'user', text, unrecognised });
          // Someone who has begun to speak again is not answered over.
          this.#unanswered = request;
          if (this.#listening.openNumber === undefined) {
            this.#answer(request);
            return;
          }
        }
      }
    }
    // What came after it was nothing: the question before it still stands.
    if (this.#unanswered !== undefined && this.#reply === undefined && !this.#listening.isBusy) {
      this.#answer(this.#unanswered);
    } else {
      this.#announceNext();
    }
  }

  #answer(request: Omit<ReplyRequest, 'generate'>): void {
    const { providers, settings } = this.#options;
    const history = [...this.#history.messages];
    const last = history.at(-1);
    this.#unanswered = request;
    this.#start({
      ...request,
      marks: { ...request.marks },
      question: last?.role === 'user' ? last.text : '',
      generate: (signal, onFailover) =>
        providers.generator.generate({
          history,
          signal,
          person: { timeZone: settings.timeZone },
          reminders: this.reminders,
          onFailover,
        }),
    });
  }

  #announce(announcement: Announcement): void {
    if (this.#isDisposed) return;
    this.#announcements.add(announcement);
    this.#announceNext();
  }

  #announceNext(): void {
    if (this.#reply !== undefined || this.#listening.isBusy) return;
    const next = this.#announcements.next();
    if (next !== undefined) this.#say(next.text, { trigger: next.trigger });
  }

  /** @returns the response's id; null where it is said later, because the person speaks again */
  #apologise(text: string, request: Omit<ReplyRequest, 'generate'>): string | null {
    if (this.#listening.openNumber === undefined) return this.#say(text, request) ?? null;
    this.#announcements.add({ text, trigger: 'notice' });
    return null;
  }

  /** Says a sentence of our own. @returns the response's id */
  #say(text: string, request: Omit<ReplyRequest, 'generate'>): string | undefined {
    return this.#start({
      ...request,
      generate: async function* () {
        yield { type: 'text-delta', text };
      },
    });
  }

  #start(request: ReplyRequest): string | undefined {
    if (this.#isDisposed) return undefined;
    this.#reply?.cancel();
    const reply = this.#replies.make(request);
    this.#reply = reply;
    this.#history.add(reply.id, { role: 'assistant', text: '' });
    void reply.run().then(() => this.#ended(reply, request.question));
    return reply.id;
  }

  #ended(reply: Reply, question: string | undefined): void {
    this.#history.setReply(reply.id, reply.text);
    this.#replies.ended(reply, question);
    if (this.#reply !== reply) return;
    this.#reply = undefined;
    if (!reply.isCancelled || reply.text !== '') this.#unanswered = undefined;
    this.#announceNext();
  }
}

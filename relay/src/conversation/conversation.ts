import type { Deadlines } from '../config/config.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { GeneratorEvent } from '../providers/generator.ts';
import type { Providers } from '../providers/providers.ts';
import { apologyFor } from './apologies.ts';
import { History } from './history.ts';
import { Listening, type Settled } from './listening.ts';
import type { ConversationOutput } from './output.ts';
import { Pacer } from './pacer.ts';
import { SessionReminders } from './reminders.ts';
import { Reply, type Marks, type ReplyTrigger } from './reply.ts';

/** How far ahead of its being played the voice is sent. */
const VOICE_LEAD_MS = 3_000;
/** Replies whose heard text may still be corrected by a late truncation. */
const MAX_RECENT_REPLIES = 8;
/** Things to say unasked that may wait for a pause. */
const MAX_ANNOUNCEMENTS = 20;

/** What the person may change during a call. */
export interface ConversationSettings {
  voice: string;
  timeZone: string;
  /** false: replies are written only. */
  isSpoken: boolean;
}

export interface ConversationOptions {
  readonly providers: Providers;
  readonly settings: ConversationSettings;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly output: ConversationOutput;
  readonly logger: Logger;
}

interface ReplyRequest {
  readonly trigger: ReplyTrigger;
  readonly utterance?: number;
  readonly marks?: Marks;
  readonly asrSeconds?: number;
  readonly generate: (signal: AbortSignal) => AsyncIterable<GeneratorEvent>;
}

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
  readonly #pacer: Pacer;
  readonly #recentReplies = new Map<string, Reply>();
  readonly #announcements: string[] = [];
  readonly #listening: Listening;
  #reply: Reply | undefined;
  /** What the person said and has heard no answer to, because they began to speak again. */
  #unanswered: Omit<ReplyRequest, 'generate'> | undefined;
  #nextItem = 1;
  #isDisposed = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock, VOICE_LEAD_MS);
    this.#listening = new Listening({
      transcriber: options.providers.transcriber,
      deadlineMs: options.deadlines.transcriberMs,
      clock: options.clock,
      output: options.output,
      onSettled: (settled) => this.#settled(settled),
    });
    this.reminders = new SessionReminders(options.clock, (text) => this.#announce(text));
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
    const reply = this.#recentReplies.get(id);
    if (reply === undefined) return false;
    reply.truncate(playedMs);
    this.#history.setReply(id, reply.text);
    return true;
  }

  /** Stops everything and releases it. */
  dispose(): void {
    this.#isDisposed = true;
    this.reminders.cancelAll();
    this.#announcements.length = 0;
    this.#reply?.cancel();
    this.#listening.discardAll();
  }

  #settled({ number, itemId, outcome, marks, asrSeconds }: Settled): void {
    if (this.#isDisposed) return;
    const { output, logger } = this.#options;
    const base = { item_id: itemId, utterance: number };
    const request = { trigger: 'speech' as const, utterance: number, marks, asrSeconds };
    switch (outcome.kind) {
      case 'discarded':
        break;
      case 'failed': {
        const { error } = outcome;
        logger.warn({ err: error, code: error.code, itemId }, 'an utterance was lost');
        output.event({
          type: 'conversation.item.input_audio_transcription.failed',
          ...base,
          error: { code: error.code, message: error.message, retryable: error.retryable },
        });
        this.#say(apologyFor(error.code), request);
        return;
      }
      case 'heard': {
        const { text, unrecognised } = outcome;
        logger.debug({ itemId, transcript: text, unrecognised }, 'heard');
        output.event({
          type: 'conversation.item.input_audio_transcription.completed',
          ...base,
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
    this.#unanswered = request;
    this.#start({
      ...request,
      marks: { ...request.marks },
      generate: (signal) =>
        providers.generator.generate({
          history,
          signal,
          person: { timeZone: settings.timeZone },
          reminders: this.reminders,
        }),
    });
  }

  #announce(text: string): void {
    if (this.#announcements.length < MAX_ANNOUNCEMENTS) this.#announcements.push(text);
    this.#announceNext();
  }

  #announceNext(): void {
    if (this.#reply !== undefined || this.#listening.isBusy) return;
    const text = this.#announcements.shift();
    if (text !== undefined) this.#say(text, { trigger: 'timer' });
  }

  /** Says a sentence of our own. */
  #say(text: string, request: Omit<ReplyRequest, 'generate'>): void {
    this.#start({
      ...request,
      generate: async function* () {
        yield { type: 'text-delta', text };
      },
    });
  }

  #start(request: ReplyRequest): void {
    if (this.#isDisposed) return;
    this.#reply?.cancel();
    const { providers, settings, deadlines, clock, output, logger } = this.#options;
    const reply = new Reply({
      item: this.#nextItem,
      trigger: request.trigger,
      utterance: request.utterance ?? null,
      marks: request.marks ?? {},
      asrSeconds: request.asrSeconds ?? 0,
      generate: request.generate,
      voice: settings.isSpoken ? settings.voice : null,
      synthesizer: providers.synthesizer,
      output,
      pacer: this.#pacer,
      clock,
      generatorDeadlineMs: deadlines.generatorMs,
      synthesizerDeadlineMs: deadlines.synthesizerMs,
      logger,
    });
    this.#nextItem = (this.#nextItem % 0xffff) + 1;
    this.#reply = reply;
    this.#history.add(reply.id, { role: 'assistant', text: '' });
    this.#recentReplies.set(reply.id, reply);
    if (this.#recentReplies.size > MAX_RECENT_REPLIES) {
      this.#recentReplies.delete(this.#recentReplies.keys().next().value!);
    }
    void reply.run().then(() => this.#ended(reply));
  }

  #ended(reply: Reply): void {
    this.#history.setReply(reply.id, reply.text);
    if (this.#reply !== reply) return;
    this.#reply = undefined;
    if (!reply.isCancelled || reply.text !== '') this.#unanswered = undefined;
    this.#announceNext();
  }
}

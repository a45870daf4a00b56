import type { MediaCommand } from '../../messages/media-messages.ts';
import type { BrowserVoiceRequest } from '../../messages/page-requests.ts';

/** More than the longest answer has; all that comes beyond is read instead. */
const MAX_CLAUSES = 1_000;

export type BrowserVoiceReport = Extract<MediaCommand, { type: 'page-voice' }>;

export interface BrowserVoiceOptions {
  request(request: BrowserVoiceRequest): void;
  /** @param receivedMs when the clause's text arrived, ms on our own clock */
  onBegun(responseId: string, clause: number, receivedMs: number): void;
  /** The clause can only be read. */
  onUnspoken(responseId: string, clause: number): void;
  /** All that was asked for so far was spoken. */
  onSilent(responseId: string): void;
  onInterrupted(responseId: string): void;
  now(): number;
}

interface PageSpokenReply {
  /** Whether the relay's own voice has said its part of the reply. */
  released: boolean;
  /** Whether the relay has sent all of it. */
  finished: boolean;
  /** `receivedMs`: when the text arrived, ms on our own clock. */
  readonly clauses: Map<number, { readonly text: string; readonly receivedMs: number }>;
}

/**
 * The page's own voice, as the media worker sees it: what the page is asked to speak, in order,
 * each reply's share after what the relay's voice has said of it.
 */
export class BrowserVoice {
  readonly #options: BrowserVoiceOptions;
  readonly #replies = new Map<string, PageSpokenReply>();

  constructor(options: BrowserVoiceOptions) {
    this.#options = options;
  }

  /** Whether the page was asked for something that it has not finished. */
  get isSpeaking(): boolean {
    const replies = [...this.#replies.values()];
    return replies.some(({ released, clauses }) => released && clauses.size > 0);
  }

  /**
   * @param released whether the relay's own voice has nothing more to say of this reply
   * @returns false if it is too much, and will not be spoken
   */
  add(responseId: string, clause: number, text: string, released: boolean): boolean {
    let reply = this.#replies.get(responseId);
    if (reply === undefined) {
      reply = { released, finished: false, clauses: new Map() };
      this.#replies.set(responseId, reply);
    }
    if (reply.clauses.size >= MAX_CLAUSES) return false;
    reply.clauses.set(clause, { text, receivedMs: this.#options.now() });
    if (reply.released) this.#options.request({ type: 'speak', responseId, clause, text });
    return true;
  }

  /** The relay's own voice has said its part. */
  release(responseId: string): void {
    const reply = this.#replies.get(responseId);
    if (reply === undefined || reply.released) return;
    reply.released = true;
    this.#speak(responseId, reply);
  }

  onReport({ responseId, clause, state }: BrowserVoiceReport): void {
    const reply = this.#replies.get(responseId);
    const asked = reply?.clauses.get(clause);
    // The interrupted clause may still be reported.
    if (reply === undefined || asked === undefined) return;
    if (state === 'started') {
      this.#options.onBegun(responseId, clause, asked.receivedMs);
      return;
    }
    reply.clauses.delete(clause);
    if (state === 'failed') this.#options.onUnspoken(responseId, clause);
    if (reply.clauses.size > 0) return;
    if (reply.finished) this.#replies.delete(responseId);
    this.#options.onSilent(responseId);
  }

  /** The relay has sent all of a reply. */
  finish(responseId: string): void {
    const reply = this.#replies.get(responseId);
    if (reply === undefined) return;
    reply.finished = true;
    if (reply.clauses.size === 0) this.#replies.delete(responseId);
  }

  /** Falls silent and forgets every reply, or only `responseId`. */
  stop(responseId?: string): void {
    const stopped = [...this.#replies.keys()].filter((id) => (responseId ?? id) === id);
    const wasSpeaking = this.isSpeaking;
    const interrupted = stopped.filter((id) => this.#replies.get(id)!.clauses.size > 0);
    for (const id of stopped) this.#replies.delete(id);
    if (wasSpeaking && interrupted.length > 0) {
      this.#options.request({ type: 'hush' });
      // Hushing knows no difference between replies.
      for (const [id, reply] of this.#replies) {
        if (reply.released) this.#speak(id, reply);
      }
    }
    for (const id of interrupted) this.#options.onInterrupted(id);
  }

  #speak(responseId: string, { clauses }: PageSpokenReply): void {
    for (const [clause, { text }] of clauses) {
      this.#options.request({ type: 'speak', responseId, clause, text });
    }
  }
}

import { ParleyError, type RelayEvent } from '@parley/shared';
import type { Clock } from '../../src/base/lib/clock.ts';
import { ClientError } from '@parley/shared/link/client-error';
import type { Replies, Reply } from './replies.ts';

/** How long a reply may take to begin once it has become unlikely. */
const GRACE_MS = 3_000;
/** Longest wait for anything at all to happen to the turn. */
const STALL_MS = 60_000;

export interface TurnError {
  readonly code: string;
  readonly message: string;
}

type State =
  /** What was said is on its way, or its words are awaited. */
  | { readonly kind: 'waiting' }
  /** Nothing was made out, or something went wrong; usually even that is answered. */
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'replying'; readonly reply: Reply }
  | { readonly kind: 'over'; readonly reply: Reply | undefined };

export interface TurnWatchOptions {
  /** The utterance that is said; null if it is typed. */
  readonly utterance: number | null;
  readonly replies: Replies;
  readonly clock: Clock;
}

/** Follows one turn from what is said to the end of its reply. */
export class TurnWatch {
  readonly #finished = Promise.withResolvers<void>();
  /** Resolves once it is over, one way or the other; it never takes for ever. */
  readonly over = this.#finished.promise;
  readonly #options: TurnWatchOptions;
  readonly #settled = new AbortController();
  #cancelTimer: () => void = () => {};
  #state: State = { kind: 'waiting' };
  #transcript = '';
  #error: TurnError | undefined;

  constructor(options: TurnWatchOptions) {
    this.#options = options;
  }

  get transcript(): string {
    return this.#transcript;
  }

  get reply(): Reply | undefined {
    return this.#state.kind === 'replying' || this.#state.kind === 'over'
      ? this.#state.reply
      : undefined;
  }

  get error(): TurnError | undefined {
    return this.#error;
  }

  /** Aborted once the relay has heard enough: nothing more need be said. */
  get heard(): AbortSignal {
    return this.#settled.signal;
  }

  /** Everything was said; from now on something must happen. */
  said(): void {
    if (this.#state.kind === 'waiting') this.#within(STALL_MS, timedOut);
  }

  /** Call it after `replies` has taken the event. */
  event(event: RelayEvent): void {
    if (this.#state.kind === 'over') return;
    const { utterance, replies } = this.#options;
    switch (event.type) {
      case 'conversation.item.input_audio_transcription.delta':
      case 'conversation.item.input_audio_transcription.completed':
        if (event.utterance !== utterance) return;
        this.#transcript = event.transcript;
        if (event.type.endsWith('delta')) return;
        if (event.transcript === '') this.#doubt();
        else if ('answer_follows' in event && event.answer_follows === false) this.#end(undefined);
        return;
      case 'conversation.item.input_audio_transcription.failed':
        if (event.utterance !== utterance) return;
        this.#error ??= { code: event.error.code, message: event.error.message };
        this.#doubt();
        return;
      case 'error':
        this.#error ??= { code: event.code, message: event.message };
        this.#doubt();
        return;
      case 'response.created': {
        const reply = replies.find(({ id }) => id === event.response_id);
        if (reply === undefined || !this.#isAnsweredBy(reply)) return;
        this.#state = { kind: 'replying', reply };
        this.#settled.abort();
        this.progress();
        return;
      }
      case 'response.output_audio_transcript.delta':
        this.progress();
        return;
      case 'response.done':
        if (this.#state.kind !== 'replying' || this.#state.reply.id !== event.response_id) return;
        if (event.error !== null) this.#error ??= event.error;
        this.#end(this.#state.reply);
        return;
      default:
    }
  }

  /** The reply goes on. */
  progress(): void {
    if (this.#state.kind === 'replying') this.#within(STALL_MS, timedOut);
  }

  /** The connection is gone, or the turn cannot be said to its end. */
  fail(error: unknown): void {
    if (this.#state.kind === 'over') return;
    this.#error ??= toTurnError(error);
    this.#end(this.reply);
  }

  #isAnsweredBy(reply: Reply): boolean {
    if (this.#state.kind !== 'waiting' && this.#state.kind !== 'doubtful') return false;
    const { utterance } = this.#options;
    return utterance === null ? reply.trigger === 'text' : reply.utterance === utterance;
  }

  #doubt(): void {
    if (this.#state.kind !== 'waiting') return;
    this.#state = { kind: 'doubtful' };
    this.#settled.abort();
    this.#within(
      GRACE_MS,
      () => new ClientError('no_reply', 'No words were made out, and there was no reply.'),
    );
  }

  #within(delayMs: number, late: () => ClientError): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.fail(late()));
  }

  #end(reply: Reply | undefined): void {
    this.#cancelTimer();
    this.#state = { kind: 'over', reply };
    this.#settled.abort();
    this.#finished.resolve();
  }
}

/** Codes of the protocol and of this client alike; anything else is a fault of ours. */
function toTurnError(error: unknown): TurnError {
  const isKnown = error instanceof ClientError || error instanceof ParleyError;
  const message = error instanceof Error ? error.message : String(error);
  return { code: isKnown ? error.code : 'internal_error', message };
}

function timedOut(): ClientError {
  return new ClientError('timed_out', 'The reply took too long to come.');
}

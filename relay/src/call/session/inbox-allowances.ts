import type { ClientEvent } from '@parley/shared';
import type { Logger } from '../../base/lib/logger.ts';
import type { Identity } from '../../people/auth/identity.ts';
import type { SessionRules } from './session-options.ts';

/**
 * Milliseconds of speech: as many as there is time for. An unused allowance is kept, up to what is
 * sent at once after a lost connection: a minute, and what was on its way. The tolerance is for
 * clocks that differ.
 */
const AUDIO = { capacity: 70_000, perSecond: 1_010 };

/** Refused messages of a session that each have a line of the log. */
const LOGGED_REFUSALS = 10;

/** No person asks more than this in a row, in one conversation; a plan for programs says more. */
const TURNS = { capacity: 20, perSecond: 2 };

/**
 * As frequent as the pauses of a person, or the words of a page's language model; of those, only all
 * messages together are limited.
 */
const FREQUENT: ReadonlySet<ClientEvent['type']> = new Set([
  'input_audio_buffer.speech_paused',
  'input_audio_buffer.speech_resumed',
  'page.answer.delta',
]);

/** How much one session may send; refilled by its regular check, so that no message reads a clock. */
export class InboxAllowances {
  readonly messages = new Allowance({ capacity: 1_500, perSecond: 60 });
  readonly mistakes = new Allowance({ capacity: 50, perSecond: 1 });
  readonly audio = new Allowance(AUDIO);
  /** Events, pings aside. */
  readonly control: Allowance;
  readonly #turns: Allowance;
  readonly #rules: SessionRules;
  readonly #caller: Identity;

  constructor(rules: SessionRules, caller: Identity) {
    const perMinute = rules.controlMessagesPerMinute(caller);
    this.control = new Allowance({ capacity: perMinute, perSecond: perMinute / 60 });
    const turnsPerSecond = Math.max(TURNS.perSecond, rules.turnsPerMinute(caller) / 60);
    this.#turns = new Allowance({
      capacity: Math.max(TURNS.capacity, turnsPerSecond),
      perSecond: turnsPerSecond,
    });
    this.#rules = rules;
    this.#caller = caller;
  }

  /** @returns false if the session has sent as many events as it may */
  takeControl(type: ClientEvent['type']): boolean {
    return FREQUENT.has(type) || this.control.take();
  }

  /** @returns false if the session, or its caller over all sessions, has had as many as they may */
  takeTurn(): boolean {
    return this.#turns.hasAny && this.#rules.takeTurn(this.#caller) && this.#turns.take();
  }

  refill(elapsedMs: number): void {
    this.messages.refill(elapsedMs);
    this.mistakes.refill(elapsedMs);
    this.audio.refill(elapsedMs);
    this.control.refill(elapsedMs);
    this.#turns.refill(elapsedMs);
  }
}

/**
 * A token bucket that is refilled by the session's regular check instead of by reading a clock
 * for every message.
 */
export class Allowance {
  readonly #capacity: number;
  readonly #perSecond: number;
  /** Whole, because a fraction would be an object of its own, far from the others in memory. */
  #left: number;
  #fraction = 0;

  /** With an endless `capacity` it is never used up. */
  constructor(options: { readonly capacity: number; readonly perSecond: number }) {
    this.#capacity = options.capacity;
    this.#perSecond = Number.isFinite(options.capacity) ? options.perSecond : 0;
    this.#left = options.capacity;
  }

  get hasAny(): boolean {
    return this.#left >= 1;
  }

  /** @param count - whole @returns false if fewer are left, and none was taken */
  take(count = 1): boolean {
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  refill(elapsedMs: number): void {
    this.#fraction += (elapsedMs / 1_000) * this.#perSecond;
    const whole = Math.floor(this.#fraction);
    this.#fraction -= whole;
    this.#left = Math.min(this.#capacity, this.#left + whole);
  }
}

/**
 * The log lines of a session's refused messages: the first ten, and then ever fewer, because a
 * client can cause them as often as it likes.
 */
export class MessageRefusals {
  readonly #logger: Logger;
  #count = 0;
  /** Which of them was logged last. */
  #logged = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(fields: object): void {
    const count = ++this.#count;
    if (count > LOGGED_REFUSALS && !Number.isInteger(Math.log2(count))) return;
    const leftOut = count - this.#logged - 1;
    this.#logged = count;
    this.#logger.info({ ...fields, leftOut: leftOut || undefined }, 'message refused');
  }
}

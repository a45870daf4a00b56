import type { AudibleReply } from '../downlink/voice-queue.ts';

/** A suspicion is settled by the next frames; if the microphone falls silent, there are none. */
const SUSPICION_LIMIT_MS = 2_000;
/** How long after the end of an utterance the relay's decision is waited for. */
const DECISION_DEADLINE_MS = 2_500;
/** Without a decision: a person who spoke for longer had something to say. */
const MIN_INTERRUPTION_MS = 900;

/** The reply that an utterance may interrupt. */
interface Undecided {
  readonly responseId: string;
  readonly utterance: number;
  readonly onsetMs: number;
}

export interface BargeInOptions {
  readonly hold: () => void;
  readonly resume: () => void;
  /** The relay did not decide in time. */
  readonly onUndecided: (responseId: string, isInterruption: boolean) => void;
}

/**
 * Why the voice is held, and for how long at most: a frame may be speech, or the relay has yet to
 * decide whether what is being said interrupts the reply.
 */
export class BargeIn {
  readonly #options: BargeInOptions;
  #isSuspected = false;
  #undecided: Undecided | undefined;
  #suspicion: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: BargeInOptions) {
    this.#options = options;
  }

  get undecided(): Undecided | undefined {
    return this.#undecided;
  }

  suspected(): void {
    clearTimeout(this.#suspicion);
    this.#suspicion = setTimeout(() => this.dismissed(), SUSPICION_LIMIT_MS);
    this.#isSuspected = true;
    this.#options.hold();
  }

  /** The utterance was not speech. */
  dismissed(): void {
    clearTimeout(this.#suspicion);
    this.#isSuspected = false;
    if (this.#undecided === undefined) this.#options.resume();
  }

  /** Speech, while this reply is audible: it stays held until the relay has decided. */
  holdFor({ responseId }: AudibleReply, utterance: number, onsetMs: number): void {
    this.over();
    this.#undecided = { responseId, utterance, onsetMs };
    this.#options.hold();
  }

  /** The utterance is over: from here on a decision is due. */
  ended(speechEndMs: number): void {
    const undecided = this.#undecided;
    if (undecided === undefined) return;
    clearTimeout(this.#deadline);
    const isInterruption = speechEndMs - undecided.onsetMs > MIN_INTERRUPTION_MS;
    this.#deadline = setTimeout(
      () => this.#options.onUndecided(undecided.responseId, isInterruption),
      DECISION_DEADLINE_MS,
    );
  }

  /** The utterance was a backchannel: the voice continues at the place of the hold. */
  goOn(): void {
    clearTimeout(this.#deadline);
    this.#undecided = undefined;
    if (!this.#isSuspected) this.#options.resume();
  }

  /** The voice is over, or another hold keeps it from here on. */
  over(): void {
    clearTimeout(this.#suspicion);
    clearTimeout(this.#deadline);
    this.#isSuspected = false;
    this.#undecided = undefined;
  }
}

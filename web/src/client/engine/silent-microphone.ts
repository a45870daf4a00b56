/** After the system had silenced it and given it back, which many devices do not survive. */
const SUSPECT_MS = 3_000;
/** Nothing was ever heard of it. */
const UNHEARD_MS = 8_000;
/** It was heard before, and nothing happened to it. */
const HEARD_MS = 20_000;
/** Asking for it anew did not help. */
const REPORTED_MS = 3_000;
/** After the first and the second time that it was asked for. */
const RETRY_MS = [15_000, 45_000] as const;
/** Silence between words of a microphone that closes by itself. */
const GATED_MS = 3_000;

/** `reopen` it, `report` that it is silent, or that it is `heard` again. */
export type Remedy = 'reopen' | 'report' | 'heard';

/**
 * What is to be done about a microphone that is open and gives nothing but one and the same sample.
 * It may be dead. But some close between words by themselves (noise gates, virtual devices): one
 * that was seen to come back is left alone.
 */
export class SilentMicrophone {
  #stillMs = 0;
  /** How much of it does not count. */
  #ignoredMs = 0;
  #isSuspect = false;
  #wasHeard = false;
  #isGated = false;
  #reopened = 0;
  #isReported = false;

  /** Another track is heard. */
  opened(): void {
    this.#stillMs = this.#ignoredMs = 0;
  }

  /**
   * It is silenced, or was until now.
   *
   * @param bySystem - not by the person
   * @param stillMs - as in `observe`, if it is told
   */
  silenced(bySystem: boolean, stillMs = this.#stillMs): void {
    this.#stillMs = this.#ignoredMs = stillMs;
    this.#isSuspect ||= bySystem;
  }

  /** @param stillMs - how long nothing has come; told about once a second; 0: sound comes again */
  observe(stillMs: number): Remedy | undefined {
    if (stillMs === 0) return this.#heard();
    this.#stillMs = stillMs;
    if (stillMs - this.#ignoredMs < this.#patienceMs) return undefined;
    this.#ignoredMs = stillMs;
    if (this.#reopened > 0 && !this.#isReported) {
      this.#isReported = true;
      return 'report';
    }
    this.#reopened += 1;
    return 'reopen';
  }

  get #patienceMs(): number {
    if (this.#reopened > 0)
      return this.#isReported ? (RETRY_MS[this.#reopened - 1] ?? Infinity) : REPORTED_MS;
    if (this.#isSuspect) return SUSPECT_MS;
    if (this.#isGated) return Infinity;
    return this.#wasHeard ? HEARD_MS : UNHEARD_MS;
  }

  #heard(): Remedy | undefined {
    const lastedMs = this.#stillMs - this.#ignoredMs;
    const isBackByItself = this.#wasHeard && this.#reopened === 0 && !this.#isSuspect;
    this.#isGated ||= isBackByItself && lastedMs >= GATED_MS;
    const wasReported = this.#isReported;
    this.#stillMs = this.#ignoredMs = this.#reopened = 0;
    this.#isSuspect = this.#isReported = false;
    this.#wasHeard = true;
    return wasReported ? 'heard' : undefined;
  }
}

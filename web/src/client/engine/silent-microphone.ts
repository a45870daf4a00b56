/** Nothing was heard of it since it was opened, or since the system silenced it. */
const UNHEARD_S = 8;
const HEARD_S = 20;
/** Opening it once more did not help. */
const REOPENED_S = 3;
/** No sound for so long, and then some again: it closes between words. */
const GATED_S = 3;

/**
 * What is to be done about a microphone that is open and gives nothing but one and the same sample.
 * It may be dead. But some close between words by themselves (noise gates, virtual devices): one
 * that was seen to come back is left alone.
 */
export class SilentMicrophone {
  #stillS = 0;
  #patienceS = UNHEARD_S;
  #isReopened = false;

  /** It is another one, or the system silenced it or gave it back, which many do not survive. */
  doubt(): void {
    this.#stillS = 0;
    this.#patienceS = UNHEARD_S;
  }

  /** Nothing is to come from it: from here on silence is counted anew. */
  restart(): void {
    this.#stillS = 0;
    this.#isReopened = false;
  }

  sound(): void {
    const isGated = this.#stillS >= GATED_S && !this.#isReopened && this.#patienceS !== UNHEARD_S;
    if (isGated) this.#patienceS = Number.POSITIVE_INFINITY;
    else if (this.#patienceS === UNHEARD_S) this.#patienceS = HEARD_S;
    this.restart();
  }

  /** One more second without a sound. @returns what is to be done now */
  still(): 'reopen' | 'report' | undefined {
    this.#stillS += 1;
    if (this.#stillS !== (this.#isReopened ? REOPENED_S : this.#patienceS)) return undefined;
    if (this.#isReopened) return 'report';
    this.#stillS = 0;
    this.#isReopened = true;
    return 'reopen';
  }
}

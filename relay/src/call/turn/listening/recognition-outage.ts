import type { ErrorCode } from '@parley/shared';
import { isRelayProvider } from '../../stages/provider.ts';
import { apologyFor, BROWSER_SHOULD_LISTEN, CANNOT_HEAR } from '../replying/apologies.ts';

/**
 * The time during which no provider of the relay recognises speech. The person hears of it once,
 * until a provider recognises speech again.
 */
export class RecognitionOutage {
  readonly #active: () => string;
  #isAnnounced = false;

  /** @param active - the recogniser of speech: a provider's name, `browser`, or `none` */
  constructor(active: () => string) {
    this.#active = active;
  }

  get isOut(): boolean {
    const isOut = !isRelayProvider(this.#active());
    if (!isOut) this.#isAnnounced = false;
    return isOut;
  }

  /** @returns what is to be said, or undefined if it was said already */
  announcement(): string | undefined {
    if (!this.isOut || this.#isAnnounced) return undefined;
    this.#isAnnounced = true;
    return this.#active() === 'none' ? CANNOT_HEAR : BROWSER_SHOULD_LISTEN;
  }

  /**
   * The apology for a lost utterance; it announces an outage, too.
   *
   * @param standIn - the provider that took over from the transcriber while it was at work
   */
  apology(code: ErrorCode, standIn: string | undefined): string {
    // If all of them failed at one utterance, they may still work at the next.
    const now = standIn !== undefined && isRelayProvider(standIn) ? standIn : this.#active();
    if (!isRelayProvider(now)) this.#isAnnounced = true;
    return apologyFor(code, now);
  }
}

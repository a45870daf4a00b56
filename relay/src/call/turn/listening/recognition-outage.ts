import type { ErrorCode } from '@parley/shared';
import { isRelayProvider } from '../../stages/provider.ts';
import { apologyFor, BROWSER_SHOULD_LISTEN, CANNOT_HEAR } from '../replying/apologies.ts';

/**
 * The time during which no provider of the relay recognises speech. The person is told so once,
 * until one of them does again.
 */
export class RecognitionOutage {
  readonly #active: () => string;
  #isAnnounced = false;

  /** @param active - who recognises speech: a provider's name, `browser`, or `none` */
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
   * What is said about an utterance that was lost; it announces an outage, too.
   *
   * @param standIn - who took over from the transcriber while it was at work
   */
  apology(code: ErrorCode, standIn: string | undefined): string {
    // That all of them failed at one utterance does not mean that they will at the next.
    const now = standIn !== undefined && isRelayProvider(standIn) ? standIn : this.#active();
    if (!isRelayProvider(now)) this.#isAnnounced = true;
    return apologyFor(code, now);
  }
}

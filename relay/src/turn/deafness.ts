import { isRelayProvider } from '../stages/provider.ts';
import { BROWSER_SHOULD_LISTEN, CANNOT_HEAR } from './reply/apologies.ts';

/**
 * While nothing on this side recognises speech: the person is told so, once, until something does
 * again.
 */
export class Deafness {
  readonly #active: () => string;
  #isTold = false;

  /** @param active - who recognises speech: a provider's name, `browser`, or `none` */
  constructor(active: () => string) {
    this.#active = active;
  }

  get isDeaf(): boolean {
    const isDeaf = !isRelayProvider(this.#active());
    if (!isDeaf) this.#isTold = false;
    return isDeaf;
  }

  /** The person was told in other words. */
  told(): void {
    this.#isTold = true;
  }

  /** @returns what is to be said, or undefined where it was said already */
  tell(): string | undefined {
    if (!this.isDeaf || this.#isTold) return undefined;
    this.#isTold = true;
    return this.#active() === 'none' ? CANNOT_HEAR : BROWSER_SHOULD_LISTEN;
  }
}

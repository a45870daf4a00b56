import type { RelayAddress } from '../settings/relay-address.ts';
import type { ProviderNames } from './provider-names.ts';

/** Before a relay that did not answer is asked again; at random, so that not all pages ask at once. */
const MAX_WAIT_MS = 8_000;

interface RelayInquiryOptions {
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly fetchProviders: (relay: string) => Promise<ProviderNames | null | undefined>;
  /** @param names - null if the relay does not say; undefined if no relay answers */
  onAnswer(names: ProviderNames | null | undefined): void;
}

/** Asks the relay for what there is to know before a call; until it answers, again and again. */
export class RelayInquiry {
  readonly #options: RelayInquiryOptions;
  #isEnded = false;
  #next: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RelayInquiryOptions) {
    this.#options = options;
  }

  async ask(): Promise<void> {
    clearTimeout(this.#next);
    const relay = await this.#options.relay;
    const names = relay.kind === 'known' ? await this.#options.fetchProviders(relay.origin) : null;
    clearTimeout(this.#next);
    if (this.#isEnded) return;
    if (names === undefined) {
      this.#next = setTimeout(() => void this.ask(), MAX_WAIT_MS * Math.random());
    }
    this.#options.onAnswer(names);
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#next);
  }
}

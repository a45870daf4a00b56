import { ParleyError } from '../protocol/errors.ts';
import type { SessionApi } from './session-api.ts';

/** The old token has a minute or more left when the new one is there. */
const RETRY_MS = 5_000;
/** By then the call has ended, or the relay has never heard of such a request. */
const MAX_ATTEMPTS = 24;

export interface TokenRenewalOptions {
  readonly api: Pick<SessionApi, 'useToken' | 'renewToken'>;
  /** undefined while there is none. */
  readonly sessionId: () => string | undefined;
}

/**
 * Keeps a call signed in: a relay ends calls whose token has expired, so it is sent each new one,
 * again and again until it acknowledges it.
 */
export class TokenRenewal {
  readonly #options: TokenRenewalOptions;
  #current = new AbortController();

  constructor(options: TokenRenewalOptions) {
    this.#options = options;
  }

  /** Takes the place of the token before, whether the relay has heard of that or not. */
  renew(token: string): void {
    this.close();
    this.#current = new AbortController();
    this.#options.api.useToken(token);
    void this.#tell(token, 1, this.#current.signal);
  }

  /** The call is over. */
  close(): void {
    this.#current.abort();
  }

  async #tell(token: string, attempt: number, signal: AbortSignal): Promise<void> {
    const sessionId = this.#options.sessionId();
    try {
      // One that is being asked for may still begin with the old token.
      if (sessionId === undefined) throw new Error('there is no session yet');
      await this.#options.api.renewToken(sessionId, token, signal);
    } catch (error) {
      if (signal.aborted || attempt === MAX_ATTEMPTS || isLasting(error)) return;
      const timer = setTimeout(() => void this.#tell(token, attempt + 1, signal), RETRY_MS);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }
  }
}

function isLasting(error: unknown): boolean {
  if (!(error instanceof ParleyError) || error.retryable) return false;
  // A session is there once its first connection is.
  return error.code !== 'not_found';
}

import type { CloseReason } from '@parley/shared/close-codes';
import { answerWithin } from '../../lib/answer-within.ts';

/** A page that has no token by then has none. */
const DEADLINE_MS = 15_000;
/** So long before a token ends the next one is asked for: the relay gives a minute more. */
const MARGIN_MS = 60_000;
/** Between two questions within one call. */
const LEAST_INTERVAL_MS = 15_000;
/** The longest that a timer of a browser waits. */
const MOST_INTERVAL_MS = 2 ** 31 - 1;

interface ProvidedTokenOptions {
  /** See `CallSetup.token`. */
  readonly provide: () => Promise<string>;
  readonly nowMs: () => number;
  /** Another one, before the last one ends. */
  onToken(token: string): void;
}

/** The page did not give the call its token; `whyNotStarted` reads it. */
export class TokenError extends Error {
  readonly code = 'token_unavailable';
  readonly reason = {
    code: 4000,
    reason: 'token_unavailable',
    retry: 'later',
    message: 'This page could not sign the call in. Please try again.',
  } as const satisfies CloseReason;
}

/** The tokens of a call that the page around it signs in, from the first to the last. */
export class ProvidedToken {
  readonly #options: ProvidedTokenOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Which call an answer belongs to. */
  #generation = 0;

  constructor(options: ProvidedTokenOptions) {
    this.#options = options;
  }

  /**
   * Asks the page for a token, and again before that one ends, until `end`.
   *
   * @throws TokenError
   */
  async begin(): Promise<string> {
    this.end();
    const mine = this.#generation;
    const token = await this.#ask();
    this.#schedule(token, mine);
    return token;
  }

  /** No call needs one. */
  end(): void {
    this.#generation += 1;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<string> {
    const asked = (async () => this.#options.provide())().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TokenError(`The page could not give a token for the call: ${why}`, { cause });
    });
    const token: unknown = await answerWithin(DEADLINE_MS, asked, undefined);
    if (token === undefined) throw new TokenError('The page gave no token for the call in time.');
    // Nothing else can stand in a header.
    if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
    throw new TokenError('What the page gave as a token for the call is none.');
  }

  #schedule(token: string, mine: number): void {
    const endsAtMs = endOf(token);
    if (endsAtMs === undefined || mine !== this.#generation) return;
    const inMs = endsAtMs - MARGIN_MS - this.#options.nowMs();
    const waitMs = Math.min(Math.max(inMs, LEAST_INTERVAL_MS), MOST_INTERVAL_MS);
    this.#timer = setTimeout(() => void this.#renew(token, mine), waitMs);
  }

  /** Until there is another one, the call goes on with what it has. */
  async #renew(old: string, mine: number): Promise<void> {
    const token = await this.#ask().catch(() => old);
    if (mine !== this.#generation) return;
    this.#schedule(token, mine);
    if (token !== old) this.#options.onToken(token);
  }
}

/** When a JWT ends, ms since 1970; undefined if it does not say, or is none. */
function endOf(token: string): number | undefined {
  try {
    const claims = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const { exp } = JSON.parse(claims) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

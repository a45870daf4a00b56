import type { SentryConfig } from '../../base/config/log-settings.ts';
import type { Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';

const SEND_DEADLINE_MS = 5_000;
/** After a refusal that does not say for how long. */
const DEFAULT_PAUSE_S = 60;
const MAX_PAUSE_S = 3_600;

export interface SentryProjectOptions {
  readonly config: SentryConfig;
  readonly version: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  /** Whose reports these are, for the log. */
  readonly of: 'relay' | 'page';
}

/** A project of Sentry's, or of what speaks its protocol: takes envelopes, or asks for a pause. */
export class SentryProject {
  readonly #options: SentryProjectOptions;
  #pausedUntilMs = 0;
  #isFailing = false;

  constructor(options: SentryProjectOptions) {
    this.#options = options;
  }

  /** How long it wants no reports, ms. */
  get pauseMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#options.clock.now());
  }

  /**
   * Never rejects.
   *
   * @returns whether it was taken
   */
  async post(envelope: string, signal?: AbortSignal): Promise<boolean> {
    const { config, version, clock } = this.#options;
    const deadline = AbortSignal.timeout(SEND_DEADLINE_MS);
    try {
      const response = await fetch(config.url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=parley/${version}, sentry_key=${config.key}`,
        },
        body: envelope,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      await response.body?.cancel();
      if (response.status === 429) {
        const waitS = Number(response.headers.get('retry-after')) || DEFAULT_PAUSE_S;
        this.#pausedUntilMs = clock.now() + Math.min(waitS, MAX_PAUSE_S) * 1_000;
      }
      this.#became(!response.ok, `status ${response.status}`);
      return response.ok;
    } catch (error) {
      if (signal?.aborted === true) return false;
      this.#became(true, error instanceof Error ? error.name : 'unknown');
      return false;
    }
  }

  /** At `warn`, which is not reported: a report of it would fail as well. */
  #became(isFailing: boolean, reason: string): void {
    const { logger, of } = this.#options;
    if (isFailing && !this.#isFailing) logger.warn({ of, reason }, 'error reports are lost');
    if (!isFailing && this.#isFailing) logger.info({ of }, 'error reports are sent again');
    this.#isFailing = isFailing;
  }
}

/** https://develop.sentry.dev/sdk/data-model/envelopes/ */
export function envelopeOf(event: { readonly event_id: string }): string {
  const header = { event_id: event.event_id, sent_at: new Date().toISOString() };
  return [header, { type: 'event' }, event].map((part) => `${JSON.stringify(part)}\n`).join('');
}

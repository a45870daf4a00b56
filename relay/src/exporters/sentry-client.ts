import { randomUUID } from 'node:crypto';
import type { SentryConfig } from '../config/log-settings.ts';
import type { Clock } from '../lib/clock.ts';
import { withDeadline } from '../lib/deadline.ts';
import { outsideBoundaries } from '../lib/error-boundary.ts';
import type { Logger } from '../lib/logger.ts';
import type { StackFrame } from './stack-frames.ts';

const SEND_DEADLINE_MS = 5_000;
/** How long a relay that stops may take to send the rest. */
const LAST_SEND_MS = 2_000;
/** Reports that may be on their way at once; further ones are left out. */
const MAX_PENDING = 20;
/** Reports of all kinds in a minute. */
const MAX_PER_INTERVAL = 30;
const INTERVAL_MS = 60_000;
/** After a refusal that does not say for how long. */
const DEFAULT_PAUSE_S = 60;
const MAX_PAUSE_S = 3_600;

/** What is reported: all of it chosen by the relay, none of it what people say. */
export interface Report {
  readonly level: 'warning' | 'error' | 'fatal';
  /** A sentence of the relay's own. */
  readonly message: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly exception?: {
    readonly type: string;
    readonly value: string;
    /** The innermost last. */
    readonly frames: readonly StackFrame[];
  };
}

export interface SentryClientOptions {
  readonly config: SentryConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Posts reports to Sentry, or what speaks its protocol; never waits, throws or fills memory. */
export class SentryClient implements AsyncDisposable {
  readonly #options: SentryClientOptions;
  readonly #pending = new Set<Promise<void>>();
  /** When each kind was reported last. */
  readonly #lastMs = new Map<string, number>();
  #pausedUntilMs = 0;
  #intervalStartMs = -Infinity;
  #ofInterval = 0;
  #isFailing = false;

  constructor(options: SentryClientOptions) {
    this.#options = options;
  }

  /** The same kind of report is sent once a minute. */
  send(report: Report): void {
    const kind = JSON.stringify([report.message, report.exception?.type, report.tags['provider']]);
    if (!this.#mayBegin(kind)) return;
    const sending = outsideBoundaries(() => this.#post(report)).finally(() =>
      this.#pending.delete(sending),
    );
    this.#pending.add(sending);
  }

  /** Waits a little for what is on its way. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = () => new Error('Sentry takes too long.');
    const sent = Promise.all(this.#pending);
    await withDeadline(sent, LAST_SEND_MS, this.#options.clock, late).catch(() => {});
  }

  #mayBegin(kind: string): boolean {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#intervalStartMs >= INTERVAL_MS) {
      this.#intervalStartMs = nowMs;
      this.#ofInterval = 0;
      for (const [name, lastMs] of this.#lastMs) {
        if (nowMs - lastMs >= INTERVAL_MS) this.#lastMs.delete(name);
      }
    }
    const isKnown = nowMs - (this.#lastMs.get(kind) ?? -Infinity) < INTERVAL_MS;
    if (isKnown || nowMs < this.#pausedUntilMs) return false;
    if (this.#pending.size >= MAX_PENDING || this.#ofInterval >= MAX_PER_INTERVAL) return false;
    this.#ofInterval++;
    this.#lastMs.set(kind, nowMs);
    return true;
  }

  /** Never rejects. */
  async #post(report: Report): Promise<void> {
    const { config, version, clock } = this.#options;
    try {
      const response = await fetch(config.url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=parley/${version}, sentry_key=${config.key}`,
        },
        body: envelopeOf(report, config, version),
        signal: AbortSignal.timeout(SEND_DEADLINE_MS),
      });
      await response.body?.cancel();
      if (response.status === 429) {
        const waitS = Number(response.headers.get('retry-after')) || DEFAULT_PAUSE_S;
        this.#pausedUntilMs = clock.now() + Math.min(waitS, MAX_PAUSE_S) * 1_000;
      }
      this.#became(!response.ok, `status ${response.status}`);
    } catch (error) {
      this.#became(true, error instanceof Error ? error.name : 'unknown');
    }
  }

  /** At `warn`, which is not reported: a report of it would fail as well. */
  #became(isFailing: boolean, reason: string): void {
    const { logger } = this.#options;
    if (isFailing && !this.#isFailing) logger.warn({ reason }, 'error reports are lost');
    if (!isFailing && this.#isFailing) logger.info('error reports are sent again');
    this.#isFailing = isFailing;
  }
}

/** https://develop.sentry.dev/sdk/data-model/envelopes/ */
function envelopeOf(report: Report, config: SentryConfig, version: string): string {
  const { level, message, tags, exception } = report;
  const eventId = randomUUID().replaceAll('-', '');
  const event = {
    event_id: eventId,
    timestamp: Date.now() / 1_000,
    platform: 'node',
    level,
    logger: 'parley',
    release: `parley@${version}`,
    environment: config.environment,
    message: { formatted: message },
    tags,
    ...(exception && {
      exception: {
        values: [
          {
            type: exception.type,
            value: exception.value,
            stacktrace: { frames: exception.frames },
          },
        ],
      },
    }),
  };
  const header = { event_id: eventId, sent_at: new Date().toISOString() };
  return [header, { type: 'event' }, event].map((part) => `${JSON.stringify(part)}\n`).join('');
}

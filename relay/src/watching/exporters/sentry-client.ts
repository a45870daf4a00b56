import { randomUUID } from 'node:crypto';
import type { SentryConfig } from '../../base/config/log-settings.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { withDeadline } from '../../base/lib/deadline.ts';
import { outsideBoundaries } from '../../base/lib/error-boundary.ts';
import type { Logger } from '../../base/lib/logger.ts';
import { envelopeOf, SentryProject } from './sentry-project.ts';
import type { StackFrame } from './stack-frames.ts';

/** How long a relay that stops may take to send the rest. */
const LAST_SEND_MS = 2_000;
/** Reports that may be on their way at once; further ones are left out. */
const MAX_PENDING = 20;
/** Reports of all kinds in a minute. */
const MAX_PER_INTERVAL = 30;
const INTERVAL_MS = 60_000;

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
  readonly #project: SentryProject;
  readonly #pending = new Set<Promise<unknown>>();
  /** When each kind was reported last. */
  readonly #lastMs = new Map<string, number>();
  #intervalStartMs = -Infinity;
  #ofInterval = 0;

  constructor(options: SentryClientOptions) {
    this.#options = options;
    this.#project = new SentryProject({ ...options, of: 'relay' });
  }

  /** The same kind of report is sent once a minute. */
  send(report: Report): void {
    const kind = JSON.stringify([report.message, report.exception?.type, report.tags['provider']]);
    if (!this.#mayBegin(kind)) return;
    const { config, version } = this.#options;
    const event = eventOf(report, config, version);
    const sending = outsideBoundaries(() => this.#project.post(envelopeOf(event)));
    this.#pending.add(sending);
    void sending.finally(() => this.#pending.delete(sending));
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
    if (isKnown || this.#project.pauseMs > 0) return false;
    if (this.#pending.size >= MAX_PENDING || this.#ofInterval >= MAX_PER_INTERVAL) return false;
    this.#ofInterval++;
    this.#lastMs.set(kind, nowMs);
    return true;
  }
}

function eventOf(report: Report, config: SentryConfig, version: string) {
  const { level, message, tags, exception } = report;
  return {
    event_id: randomUUID().replaceAll('-', ''),
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
}

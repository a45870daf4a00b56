import { ParleyError } from '@parley/shared';
import {
  pageReportSchema,
  reportHeaderSchema,
  reportItemSchema,
  type PageReport,
} from '@parley/shared/report-api';
import { z } from 'zod';
import type { PageSentryConfig } from '../../base/config/log-settings.ts';
import { OVER } from '../../base/lib/deadline.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { LimitReached } from '../../people/limits/limit-reached.ts';
import { perMinute } from '../../people/limits/address-rates.ts';
import { RateCounter } from '../../people/limits/rate-counter.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { SessionTraces } from '../logs/session-fields.ts';
import { envelopeOf, SentryProject } from './sentry-project.ts';

/** Of all pages together: more of them only fill the operator's quota. */
const RATE = perMinute(120);
/** Reports that may be on their way at once. */
const MAX_PENDING = 20;
const PENDING_RETRY_MS = 5_000;

export interface PageReportsOptions {
  readonly config: PageSentryConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** undefined: calls are not traced. */
  readonly traces: SessionTraces | undefined;
}

/**
 * Passes error reports of pages on to Sentry.
 *
 * A report is read and written anew: only fields that are known to be harmless are passed on. The
 * address that it came from is not.
 */
export class PageReports implements Disposable {
  readonly #options: PageReportsOptions;
  readonly #project: SentryProject;
  readonly #counter: RateCounter;
  readonly #stopping = new AbortController();
  #pending = 0;

  constructor(options: PageReportsOptions) {
    this.#options = options;
    this.#project = new SentryProject({ ...options, of: 'page' });
    this.#counter = new RateCounter({ clock: options.clock, maxKeys: 1 });
  }

  /**
   * @param envelope - as Sentry's library makes it
   * @throws ParleyError `malformed_json`, `invalid_request`, `forbidden` for another project,
   *   `rate_limited`, `report_failed`
   */
  async forward(envelope: string): Promise<void> {
    const report = this.#read(envelope);
    this.#admit();
    this.#pending++;
    try {
      const isTaken = await this.#project.post(
        envelopeOf(this.#eventOf(report)),
        this.#stopping.signal,
      );
      if (!isTaken) throw new ParleyError('report_failed');
    } finally {
      this.#pending--;
    }
  }

  /** Ends what is on its way. */
  [Symbol.dispose](): void {
    this.#stopping.abort(OVER);
  }

  #read(envelope: string): PageReport {
    const [header = '', item = '', event = '', ...rest] = envelope.split('\n');
    if (rest.join('') !== '') throw new ParleyError('invalid_request');
    const { dsn } = readLine(header, reportHeaderSchema);
    if (dsn !== this.#options.config.dsn) {
      throw new ParleyError('forbidden', { detail: 'Its dsn is not the one of this server.' });
    }
    readLine(item, reportItemSchema);
    return readLine(event, pageReportSchema);
  }

  #admit(): void {
    const isFull = this.#pending >= MAX_PENDING ? PENDING_RETRY_MS : 0;
    const waitMs = Math.max(isFull, this.#project.pauseMs, this.#counter.waitMs('', RATE));
    if (waitMs > 0) throw new LimitReached('reports', 'rate_limited', waitMs);
    this.#counter.count('', RATE);
  }

  #eventOf(report: PageReport) {
    const { config, traces } = this.#options;
    const { sessionId } = report.tags;
    const trace = traces && sessionId !== undefined && { traceId: traces.traceIdOf(sessionId) };
    return {
      ...report,
      logger: 'parley-page',
      environment: config.environment,
      tags: { ...report.tags, ...trace },
    };
  }
}

/** @throws ParleyError `malformed_json`, `invalid_request` */
function readLine<T>(line: string, schema: z.core.$ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ParleyError('malformed_json');
  }
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  throw new ParleyError('invalid_request');
}

import { z } from 'zod/mini';

/**
 * `POST /api/v1/reports`: an envelope of Sentry's with one event, for the operator's project of
 * Sentry. Fields that are not in these schemas are not passed on.
 *
 * https://develop.sentry.dev/sdk/data-model/envelopes/
 */
export const MAX_REPORT_BYTES = 64 * 1024;
const MAX_FRAMES = 50;
const MAX_ERRORS = 5;

/** A word, an id or a code; not a sentence, an address or a token of some length. */
const word = z.string().check(z.regex(/^[\w.-]{1,48}$/));
const count = z.int().check(z.gte(0), z.lt(10_000_000));

/** First line of an envelope. */
export const reportHeaderSchema = z.object({ dsn: z.url() });

/** Second line of an envelope. */
export const reportItemSchema = z.object({ type: z.literal('event') });

const frameSchema = z.object({
  /** `app:///assets/index.js`: neither host nor query. */
  filename: z.string().check(z.regex(/^(app:\/\/\/[\w$@+./-]{0,200}|\?)$/)),
  function: z.string().check(z.regex(/^[\w$.<>#]{1,120}$|^\?$/)),
  lineno: z.optional(count),
  colno: z.optional(count),
  in_app: z.boolean(),
});

/** Third line of an envelope: an error of the page, made of what is known to be harmless. */
export const pageReportSchema = z.object({
  event_id: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  /** Seconds since 1970. */
  timestamp: z.number(),
  platform: z.literal('javascript'),
  level: z.enum(['warning', 'error', 'fatal']),
  release: z.string().check(z.regex(/^parley@[\w.+-]{1,48}$/)),
  tags: z.object({
    /** Stable code of the error, if it has one. */
    code: z.optional(word),
    /** The call at that moment, or the last one. */
    sessionId: z.optional(word),
  }),
  exception: z.object({
    values: z
      .array(
        z.object({
          type: word,
          value: z.string().check(z.maxLength(200)),
          mechanism: z.optional(z.object({ type: word, handled: z.boolean() })),
          stacktrace: z.optional(
            z.object({ frames: z.array(frameSchema).check(z.maxLength(MAX_FRAMES)) }),
          ),
        }),
      )
      .check(z.minLength(1), z.maxLength(MAX_ERRORS)),
  }),
});
export type PageReport = z.infer<typeof pageReportSchema>;

import { z } from 'zod/mini';

/** Levels of the log, the gravest first; `silent` is none at all. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Of administrators; beside `API_PATHS`, which the page loads first. */
export const LOG_PATHS = {
  level: '/api/v1/admin/logs',
  tail: '/ws/logs',
} as const;

/** WebSocket subprotocol of the log's live tail. */
export const LOG_SUBPROTOCOL = 'parley.logs.v1';
/** Prefix of the second subprotocol, which carries the token in base64url: browsers set no headers. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';

/** What an administrator calls a kind of session by, in logs. */
export const sessionTagSchema = z.string().check(z.regex(/^[a-z0-9._:-]{1,32}$/));
export const MAX_SESSION_TAGS = 8;

/** `GET /api/v1/admin/logs`: the lowest level that is logged now. */
export const logSettingsSchema = z.object({ level: z.enum(LOG_LEVELS) });
/** `PUT /api/v1/admin/logs`; null: as the relay was started with. */
export const logSettingsRequestSchema = z.object({ level: z.nullable(z.enum(LOG_LEVELS)) });

/** Earlier lines that a tail may begin with, `?last=` of its address. */
export const MAX_EARLIER_LINES = 200;

/** Which lines of the log a tail shows; what is left out does not matter. */
export const logFilterSchema = z.strictObject({
  /** This level and graver ones. */
  level: z.optional(z.enum(LOG_LEVELS)),
  /** Id of a session. */
  session: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  /** A tag of the session. */
  tag: z.optional(sessionTagSchema),
  /** Id of a relay, or `all`, of those that share a Redis; if left out, the one that is asked. */
  relay: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
});
export type LogFilter = z.infer<typeof logFilterSchema>;

/** A message of the tail that is not a line of the log. */
export const logNoticeSchema = z.union([
  /** What is shown from now on. */
  z.strictObject({ filter: logFilterSchema }),
  /** Lines that were left out, because the client reads too slowly. */
  z.strictObject({ dropped: z.number() }),
  /** A message of the client that was not a filter; the one before holds. */
  z.strictObject({ error: z.object({ code: z.string(), message: z.string() }) }),
]);
export type LogNotice = z.infer<typeof logNoticeSchema>;

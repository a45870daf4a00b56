import { z } from 'zod/mini';
import { ERROR_CODES } from './errors.ts';
import { latencyMarksSchema } from './latency.ts';
import { STAGES } from './stages.ts';

/** An instant, ISO 8601 in UTC. */
const instant = z.iso.datetime();
/** A day, ISO 8601, of a year that every database and calendar knows. */
const day = z.iso
  .date()
  .check(z.refine((date) => date >= '1900' && date < '3000', 'Expected a day'));
/** US dollars; the relay counts whole micro-dollars. */
const usd = z.number().check(z.gte(0));
/** What a person writes on one line. */
const line = z
  .string()
  .check(z.trim(), z.regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Expected text without control characters'));
const stage = z.enum(STAGES);

/** `GET /api/v1/auth`: how a person may sign in here. Needs no token. */
export const authOptionsSchema = z.object({
  /** Without an account. */
  guests: z.boolean(),
  /** Guests are asked for a code first. */
  access_code: z.boolean(),
  /** null: no accounts of Supabase. */
  supabase: z.nullable(z.object({ url: z.url(), anon_key: z.string() })),
  /** null: no accounts of another OpenID Connect issuer. */
  oidc: z.nullable(z.object({ issuer: z.url(), client_id: z.string() })),
  /** Whether the request came over https, or from this machine. */
  is_secure: z.boolean(),
  /** Where the page reports its own errors; left out: nowhere. */
  error_reports: z.optional(z.object({ dsn: z.url() })),
});
export type AuthOptions = z.infer<typeof authOptionsSchema>;

/** Body of `POST /api/v1/auth/guest`; may be left out. */
export const guestRequestSchema = z.object({
  access_code: z.optional(z.string().check(z.maxLength(200))),
});

/** What of a plan a person may want to know; null: without a limit. */
export const planLimitsSchema = z.object({
  concurrent_sessions: z.nullable(z.number()),
  sessions_per_hour: z.nullable(z.number()),
  session_duration_s: z.number(),
  session_usd: z.nullable(usd),
  day_usd: z.nullable(usd),
});

/** `GET /api/v1/me` */
export const meSchema = z.object({
  user_id: z.string(),
  kind: z.enum(['guest', 'account']),
  role: z.enum(['user', 'admin']),
  plan: z.string(),
  limits: planLimitsSchema,
  /** What is left of the day's budget, and when the next day begins. */
  day_left_usd: z.nullable(usd),
  day_ends_at: instant,
  storage: z.object({
    transcripts: z.enum(['on', 'off', 'encrypted']),
    /** null: kept until they are deleted. */
    retention_days: z.nullable(z.number()),
    /** Whether calls may be recorded, if the person agrees. */
    recording: z.boolean(),
  }),
});
export type Me = z.infer<typeof meSchema>;

/** `GET /api/v1/me/sessions`: calls that run now. */
export const liveSessionSchema = z.object({
  session_id: z.string(),
  conversation_id: z.string(),
  started_at: instant,
  /** Program that calls, in a word or two. */
  client: z.string(),
  /** false: its connection is lost, and it waits for it to come back. */
  is_connected: z.boolean(),
});
export const liveSessionsResponseSchema = z.object({ sessions: z.array(liveSessionSchema) });
export type LiveSession = z.infer<typeof liveSessionSchema>;

export const conversationSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  started_at: instant,
  /** When something was last said. */
  updated_at: instant,
  /** Of all its calls. */
  duration_s: z.number().check(z.gte(0)),
  turns: z.int().check(z.gte(0)),
  cost_usd: usd,
  is_live: z.boolean(),
  has_recording: z.boolean(),
  /** Where the searched words stand; null without a search. */
  excerpt: z.nullable(z.string()),
});
export type ConversationSummary = z.infer<typeof conversationSummarySchema>;

/** `GET /api/v1/conversations`, latest first. */
export const conversationsResponseSchema = z.object({
  conversations: z.array(conversationSummarySchema),
  /** `before` of the next page; null: this is the last. */
  next: z.nullable(z.string()),
});
export type ConversationsResponse = z.infer<typeof conversationsResponseSchema>;

/** Query of `GET /api/v1/conversations`. */
export const conversationsQuerySchema = z.object({
  /** Words that were said, or stand in the title. */
  query: z.optional(line.check(z.maxLength(200))),
  from: z.optional(day),
  /** Included. */
  to: z.optional(day),
  before: z.optional(z.string().check(z.maxLength(200))),
  limit: z.prefault(z.coerce.number().check(z.int(), z.gte(1), z.lte(100)), 30),
});
export type ConversationsQuery = z.infer<typeof conversationsQuerySchema>;

export const storedTurnSchema = z.object({
  id: z.string(),
  session_id: z.string(),
  at: instant,
  trigger: z.enum(['speech', 'text', 'timer', 'request', 'notice']),
  /** What the person said or typed; null if they did not. */
  user_text: z.nullable(z.string()),
  /** What was heard of the reply; null if there was none. */
  reply_text: z.nullable(z.string()),
  /** What was written but not heard, because the reply was interrupted. */
  unheard_text: z.nullable(z.string()),
  was_interrupted: z.boolean(),
  /** Instants on the session clock, ms. */
  timeline: latencyMarksSchema,
  /** From the session's start, ms. */
  offset_ms: z.number().check(z.gte(0)),
  /** The provider of each stage that was used. */
  providers: z.partialRecord(stage, z.string()),
  error: z.nullable(z.enum(ERROR_CODES)),
  cost_usd: usd,
});
export type StoredTurn = z.infer<typeof storedTurnSchema>;

export const storedSessionSchema = z.object({
  id: z.string(),
  started_at: instant,
  /** null while it runs. */
  ended_at: z.nullable(instant),
  duration_s: z.number().check(z.gte(0)),
  close_reason: z.nullable(z.string()),
  client: z.string(),
  cost_usd: usd,
  has_recording: z.boolean(),
});

/** `GET /api/v1/conversations/:id`, oldest first. */
export const conversationDetailSchema = z.extend(
  z.omit(conversationSummarySchema, { excerpt: true, turns: true }),
  { sessions: z.array(storedSessionSchema), turns: z.array(storedTurnSchema) },
);
export type ConversationDetail = z.infer<typeof conversationDetailSchema>;

/** Body of `PATCH /api/v1/conversations/:id`. */
export const renameRequestSchema = z.object({
  title: line.check(z.minLength(1), z.maxLength(120)),
});

export const EXPORT_FORMATS = ['text', 'json', 'vtt'] as const;

/** What one provider was used for on one day. */
export const usageRowSchema = z.object({
  day,
  stage,
  provider: z.string(),
  audio_s: z.number().check(z.gte(0)),
  input_tokens: z.int().check(z.gte(0)),
  output_tokens: z.int().check(z.gte(0)),
  characters: z.int().check(z.gte(0)),
  cost_usd: usd,
});
export type UsageRow = z.infer<typeof usageRowSchema>;

/** Query of `GET /api/v1/usage`; without it the last thirty days. */
export const usageQuerySchema = z.object({ from: z.optional(day), to: z.optional(day) });

/** `GET /api/v1/usage` */
export const usageResponseSchema = z.object({
  from: day,
  to: day,
  rows: z.array(usageRowSchema),
  limits: planLimitsSchema,
  spent_today_usd: usd,
  day_left_usd: z.nullable(usd),
  day_ends_at: instant,
});
export type UsageResponse = z.infer<typeof usageResponseSchema>;

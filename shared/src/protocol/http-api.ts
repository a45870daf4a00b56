import { z } from 'zod/mini';
import { ERROR_CODES } from './errors.ts';
import { MAX_SESSION_TAGS, sessionTagSchema } from './log-api.ts';
import {
  languagesSchema,
  limitsSchema,
  providerNamesSchema,
  speedsSchema,
  voicesSchema,
} from './relay-events.ts';
import { STAGES } from './stages.ts';
import { usableTimeZone } from './time-zone.ts';

/** WebSocket subprotocol of this protocol version. */
export const SUBPROTOCOL = 'parley.v1';
/** Prefix of the second subprotocol that carries a ticket, out of URLs and their logs. */
export const TICKET_SUBPROTOCOL_PREFIX = 'ticket.';
/** Prefix of the second subprotocol that carries a resume token instead. */
export const RESUME_SUBPROTOCOL_PREFIX = 'resume.';
/** Prefix of the second subprotocol of a socket that carries the same messages beside another. */
export const BESIDE_SUBPROTOCOL_PREFIX = 'beside.';

export const API_PATHS = {
  auth: '/api/v1/auth',
  guest: '/api/v1/auth/guest',
  signOut: '/api/v1/auth/sign-out',
  me: '/api/v1/me',
  conversations: '/api/v1/conversations',
  usage: '/api/v1/usage',
  sessions: '/api/v1/sessions',
  /** For `:id` that of a session. */
  sessionToken: '/api/v1/sessions/:id/token',
  realtime: '/api/v1/realtime',
  /** Where WebSockets are blocked: opens a way for the same messages. */
  polls: '/api/v1/polls',
  /** Batches of messages, see `poll-batch.ts`. */
  pollUp: '/api/v1/polls/up',
  pollDown: '/api/v1/polls/down',
  /** Errors of the page, for the operator. */
  reports: '/api/v1/reports',
  health: '/health',
  /** For the operator: docs/monitoring/README.md says who reads these. */
  healthDetailed: '/health/detailed',
  performance: '/performance/summary',
  prometheus: '/metrics',
  monitoring: '/api/v1/monitoring',
  /** For supervisors and balancers: a status and nothing else. */
  live: '/livez',
  ready: '/readyz',
  /** Opened by the operator's token, or an administrator's account, only. */
  adminOverview: '/api/v1/admin/overview',
  /** `POST` to `/:id/end` ends the session. */
  adminSessions: '/api/v1/admin/sessions',
  /** `POST` answers with a snapshot of the heap. */
  adminHeap: '/api/v1/admin/heap-snapshot',
  adminSettings: '/api/v1/admin/settings',
  adminUsage: '/api/v1/admin/usage',
} as const;

export const guestResponseSchema = z.object({
  /** Bearer token for `POST /api/v1/sessions`. */
  token: z.string(),
  expires_in_s: z.number(),
});

/** Clients send what their system says by itself: what is not a zone counts as absent. */
export const timeZoneSchema = z.optional(z.pipe(z.unknown(), z.transform(usableTimeZone)));

export const createSessionRequestSchema = z.object({
  voice: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  /** BCP 47, one of those that the relay offers. */
  language: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  time_zone: timeZoneSchema,
  /** Goes on with an earlier conversation of this person. */
  conversation_id: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  /** What the session is called by in the relay's log. */
  tags: z.optional(z.array(sessionTagSchema).check(z.maxLength(MAX_SESSION_TAGS))),
});

export const createSessionResponseSchema = z.object({
  session_id: z.string(),
  /** Under which what is said is kept; relays that keep nothing leave it out. */
  conversation_id: z.optional(z.string()),
  /** Opens one WebSocket, once, within 30 seconds. */
  ticket: z.string(),
  /** Reopens the same session after a lost connection. */
  resume_token: z.string(),
  limits: limitsSchema,
  ws_url: z.string(),
});
export type CreateSessionResponse = z.infer<typeof createSessionResponseSchema>;

/** The subprotocols that a WebSocket would offer. */
export const openPollRequestSchema = z.object({
  protocols: z.array(z.string().check(z.maxLength(256))).check(z.maxLength(4)),
});

export const openPollResponseSchema = z.object({
  /** Bearer token of the requests that follow. */
  poll_token: z.string(),
});

/** How a provider has done lately: `degraded` after one or two failures in a row, `failed` after three. */
export const serviceHealthSchema = z.object({
  stage: z.enum(STAGES),
  name: z.string(),
  health: z.enum(['healthy', 'degraded', 'failed']),
});

export const healthResponseSchema = z.object({
  /** `starting`: it serves, but its first turns may be slower. */
  status: z.enum(['starting', 'ok', 'draining']),
  version: z.string(),
  uptime_seconds: z.number(),
  active_connections: z.number(),
  /** Whether the relay itself can recognise speech now. */
  asr_ready: z.boolean(),
  /** From the end of the last utterance's audio to its final words; null before the first. */
  last_transcription_ms: z.nullable(z.number()),
  /** Resident memory of the process. */
  memory_mb: z.number(),
  /** The provider of each stage now; `browser` and `none` as in `session.degraded`. */
  providers: providerNamesSchema,
  /** What a call may choose, as in `session.created`. */
  voices: voicesSchema,
  speeds: z.optional(speedsSchema),
  languages: z.optional(languagesSchema),
  /** All providers that could, in order of preference. */
  services: z.array(serviceHealthSchema),
  /** What is wrong with the relay itself now: a stable code, a sentence, and for how long. */
  problems: z.array(z.object({ code: z.string(), message: z.string(), since_s: z.number() })),
});

export const errorResponseSchema = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    retryable: z.boolean(),
    request_id: z.string(),
    trace_id: z.optional(z.string()),
  }),
});

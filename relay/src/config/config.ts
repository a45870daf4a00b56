import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

/** Durations are ms, sizes bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: string;
  /** Where the relay is reached from outside, where that differs from the Host header. */
  readonly publicUrl: string | undefined;
  /** Origins besides its own whose pages may connect. */
  readonly allowedOrigins: readonly string[];
  /** Signs guest tokens; undefined means one is made and kept in the data folder. */
  readonly authSecret: string | undefined;
  readonly guestTokenTtlMs: number;
  readonly ticketTtlMs: number;
  readonly maxSessions: number;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly embedded: { readonly maxWorkers: number; readonly workerWaitMs: number };
  readonly shutdownGraceMs: number;
}

export interface Limits {
  readonly sessionDurationMs: number;
  readonly idleMs: number;
  readonly utteranceMs: number;
  readonly resumeWindowMs: number;
  readonly heartbeatMs: number;
}

/** Longest a stage may go without progress. */
export interface Deadlines {
  readonly transcriberMs: number;
  readonly generatorMs: number;
  readonly synthesizerMs: number;
}

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

const seconds = (fallback: number, max = 86_400) =>
  z.coerce.number().positive().max(max).default(fallback);
/** Where less than a second would not work: sessions are checked once a second. */
const wholeSeconds = (fallback: number, max: number) =>
  z.coerce.number().min(1).max(max).default(fallback);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );

/** Every setting, by the name of its environment variable. */
const environmentSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  ALLOWED_ORIGINS: list.pipe(z.array(z.url({ protocol: /^https?$/ }))),
  AUTH_SECRET: z.string().min(32).optional(),
  GUEST_TOKEN_TTL_S: wholeSeconds(30 * 86_400, 366 * 86_400),
  TICKET_TTL_S: seconds(30, 300),
  MAX_SESSIONS: z.coerce.number().int().min(1).max(100_000).default(2_000),
  SESSION_DURATION_S: seconds(3_600),
  IDLE_S: seconds(300),
  UTTERANCE_S: seconds(60, 600),
  RESUME_WINDOW_S: seconds(120, 3_600),
  HEARTBEAT_S: wholeSeconds(15, 120),
  TRANSCRIBER_DEADLINE_S: seconds(30, 600),
  GENERATOR_DEADLINE_S: seconds(60, 600),
  SYNTHESIZER_DEADLINE_S: seconds(15, 600),
  EMBEDDED_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(Math.max(2, Math.min(8, cpus().length * 2))),
  EMBEDDED_WAIT_S: seconds(2, 30),
  SHUTDOWN_GRACE_S: z.coerce.number().min(0).max(600).default(5),
});

/**
 * Reads the configuration from environment variables.
 *
 * @throws ConfigError naming every variable that is wrong, what was found and what is accepted
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable (`PORT= npm start`) means it is not set.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const found = name === 'AUTH_SECRET' ? 'a hidden value' : JSON.stringify(given[name]);
        return `${name}: found ${found}. ${issue.message}.`;
      }),
    );
  }
  const env = parsed.data;
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.DATA_DIR),
    logLevel: env.LOG_LEVEL,
    publicUrl: env.PUBLIC_URL,
    allowedOrigins: env.ALLOWED_ORIGINS.map((origin) => new URL(origin).origin),
    authSecret: env.AUTH_SECRET,
    guestTokenTtlMs: env.GUEST_TOKEN_TTL_S * 1_000,
    ticketTtlMs: env.TICKET_TTL_S * 1_000,
    maxSessions: env.MAX_SESSIONS,
    limits: {
      sessionDurationMs: env.SESSION_DURATION_S * 1_000,
      idleMs: env.IDLE_S * 1_000,
      utteranceMs: env.UTTERANCE_S * 1_000,
      resumeWindowMs: env.RESUME_WINDOW_S * 1_000,
      heartbeatMs: env.HEARTBEAT_S * 1_000,
    },
    deadlines: {
      transcriberMs: env.TRANSCRIBER_DEADLINE_S * 1_000,
      generatorMs: env.GENERATOR_DEADLINE_S * 1_000,
      synthesizerMs: env.SYNTHESIZER_DEADLINE_S * 1_000,
    },
    embedded: { maxWorkers: env.EMBEDDED_WORKERS, workerWaitMs: env.EMBEDDED_WAIT_S * 1_000 },
    shutdownGraceMs: env.SHUTDOWN_GRACE_S * 1_000,
  };
}

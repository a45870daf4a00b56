import { resolve } from 'node:path';
import type { LogLevel, SessionLimits } from '@parley/shared';
import { authProblems, toAuthConfig, type AuthConfig } from './auth-config.ts';
import { isLoopback } from '../lib/network-address.ts';
import { CORE_SETTINGS } from './core-settings.ts';
import { toLogConfig, type LogConfig } from './log-settings.ts';
import { toMetricsConfig, type MetricsConfig } from './metrics-settings.ts';
import { toMoneyConfig, type MoneyConfig } from './money-settings.ts';
import { ConfigError, readSettings, type Environment } from './read-settings.ts';
import { replicaProblems, toReplicaConfig, type ReplicaConfig } from './replica-settings.ts';
import type { SettingsDeclaration, ValuesOf } from './settings.ts';
import { toStorageConfig, type StorageConfig } from './storage-settings.ts';

/** Durations are ms, sizes bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Address of the relay from outside, perhaps with a path; undefined: the Host header's. */
  readonly publicUrl: string | undefined;
  /** Origins whose pages may connect, besides that under which the relay is addressed. */
  readonly allowedOrigins: readonly string[];
  /** Origins whose pages may frame the call; empty: none, and there is nothing to frame. */
  readonly embedOrigins: readonly string[];
  /** Names under which the relay is addressed, besides `localhost` and IP addresses. */
  readonly hostNames: readonly string[];
  /** Who may call, and how the relay is reached safely. */
  readonly auth: AuthConfig;
  /** Signs guest tokens; undefined means one is made and kept in the data folder. */
  readonly authSecret: string | undefined;
  /** Opens the operator's requests; undefined means there are none. */
  readonly adminToken: string | undefined;
  /** Signs what Twilio sends; undefined: nobody calls by telephone. */
  readonly twilioAuthToken: string | undefined;
  readonly guestTokenTtlMs: number;
  readonly ticketTtlMs: number;
  readonly limitSettings: LimitSettings;
  /** Memory that all calls together may keep for clients that come back. */
  readonly maxReplayBytes: number;
  readonly limits: SessionLimits;
  readonly deadlines: Deadlines;
  readonly providers: ProviderPolicy;
  /** Path of the turn model; undefined: there is none. */
  readonly turnModel: string | undefined;
  /** undefined: no recordings are kept. */
  readonly failedAudio: { readonly maxBytes: number } | undefined;
  /** undefined: no calls are recorded. */
  readonly recording: { readonly maxBytes: number } | undefined;
  readonly storage: StorageConfig;
  readonly log: LogConfig;
  readonly money: MoneyConfig;
  readonly metrics: MetricsConfig;
  /** undefined: this relay is the only one. */
  readonly replicas: ReplicaConfig | undefined;
  readonly shutdownGraceMs: number;
}

/** What the settings say of limits; `limits/read-policy.ts` has the rest. */
export interface LimitSettings {
  /** Path of a JSON file, or the JSON itself. */
  readonly plans: string | undefined;
  readonly maxSessions: number;
  readonly sessionDurationS: number;
  readonly idleS: number;
  /** Whether what comes from one address is limited. */
  readonly limitsAddresses: boolean;
  /** Whether callers other than guests are possible. */
  readonly hasAccounts: boolean;
}

/** Longest a stage may go without progress. */
export interface Deadlines {
  readonly transcriberMs: number;
  readonly generatorMs: number;
  readonly synthesizerMs: number;
}

export interface ProviderPolicy {
  /** BCP 47: what people speak. */
  readonly language: string;
  /** BCP 47: the only ones that they may choose, in this order; undefined: all that are known. */
  readonly languages?: readonly string[] | undefined;
  readonly connectMs: number;
  readonly healthIntervalMs: number;
  /** Longest that one generator may take to its first word. */
  readonly firstWordMs: number;
  /** How long an answer may take to begin before a filler is said. */
  readonly fillerDelayMs: number;
  /** Whether a question may be answered from memory while no generator works. */
  readonly allowCachedAnswers: boolean;
  readonly allowSpeculation: boolean;
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws ConfigError naming every variable that is wrong, what was found and what is accepted
 */
export function readConfig(environment: Environment): Config {
  return readConfigAnd({}, environment).config;
}

/**
 * Reads the configuration, and settings that are declared elsewhere, in one go: all
 * that is wrong is reported at once.
 *
 * @throws ConfigError
 */
export function readConfigAnd<S extends SettingsDeclaration>(
  others: S,
  environment: Environment,
): { readonly config: Config; readonly values: ValuesOf<S> } {
  const values = readSettings({ ...others, ...CORE_SETTINGS }, environment);
  const problems = [
    ...authProblems(values),
    ...replicaProblems(values as ValuesOf<typeof CORE_SETTINGS>),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { config: toConfig(values), values };
}

function toConfig(env: ValuesOf<typeof CORE_SETTINGS>): Config {
  const auth = toAuthConfig(env);
  const publicUrls = env.PUBLIC_URL === undefined ? [] : [env.PUBLIC_URL];
  const known = [...env.ALLOWED_ORIGINS, ...publicUrls].map((url) => new URL(url));
  const peers = env.PEER_URL === undefined ? [] : [new URL(env.PEER_URL)];
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.DATA_DIR),
    logLevel: env.LOG_LEVEL,
    publicUrl: env.PUBLIC_URL,
    allowedOrigins: known.map(({ origin }) => origin),
    embedOrigins: env.EMBED_ORIGINS,
    hostNames: [env.HOST, ...[...known, ...peers].map(({ hostname }) => hostname)],
    auth,
    authSecret: env.AUTH_SECRET,
    adminToken: env.ADMIN_TOKEN,
    twilioAuthToken: env.TWILIO_AUTH_TOKEN,
    guestTokenTtlMs: env.GUEST_TOKEN_TTL_S * 1_000,
    ticketTtlMs: env.TICKET_TTL_S * 1_000,
    limitSettings: {
      plans: env.PLANS,
      maxSessions: env.MAX_SESSIONS,
      sessionDurationS: env.SESSION_DURATION_S,
      idleS: env.IDLE_S,
      limitsAddresses:
        env.ADDRESS_LIMITS ?? (!isLoopback(env.HOST) || !auth.trustedProxies.isEmpty),
      hasAccounts: auth.accounts !== undefined,
    },
    maxReplayBytes: env.REPLAY_MEMORY_MB * 1024 * 1024,
    limits: {
      session_duration_ms: env.SESSION_DURATION_S * 1_000,
      idle_ms: env.IDLE_S * 1_000,
      utterance_ms: env.UTTERANCE_S * 1_000,
      resume_window_ms: env.RESUME_WINDOW_S * 1_000,
      heartbeat_ms: env.HEARTBEAT_S * 1_000,
    },
    deadlines: {
      transcriberMs: env.TRANSCRIBER_DEADLINE_S * 1_000,
      generatorMs: env.GENERATOR_DEADLINE_S * 1_000,
      synthesizerMs: env.SYNTHESIZER_DEADLINE_S * 1_000,
    },
    providers: {
      language: env.LANGUAGE,
      languages: env.LANGUAGES,
      connectMs: env.CONNECT_TIMEOUT_S * 1_000,
      healthIntervalMs: env.HEALTH_INTERVAL_S * 1_000,
      firstWordMs: env.GENERATOR_FIRST_WORD_S * 1_000,
      fillerDelayMs: env.FILLER_DELAY_S * 1_000,
      allowCachedAnswers: env.CACHED_ANSWERS,
      allowSpeculation: env.SPECULATION,
    },
    turnModel: env.TURN_MODEL,
    failedAudio: env.FAILED_AUDIO
      ? { maxBytes: env.FAILED_AUDIO_MAX_MB * 1_024 * 1_024 }
      : undefined,
    recording: env.RECORDING ? { maxBytes: env.RECORDING_MAX_MB * 1_024 * 1_024 } : undefined,
    storage: toStorageConfig(env),
    log: toLogConfig(env),
    money: toMoneyConfig(env),
    metrics: toMetricsConfig(env, resolve(env.DATA_DIR)),
    replicas: toReplicaConfig(env),
    shutdownGraceMs: env.SHUTDOWN_GRACE_S * 1_000,
  };
}

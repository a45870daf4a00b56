import { z } from 'zod';
import { API_PATHS, LOG_LEVELS, LOG_PATHS } from '@parley/shared';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { AUTH_SETTINGS } from './auth-settings.ts';
import { LOG_SETTINGS } from './log-settings.ts';
import { METRICS_SETTINGS } from './metrics-settings.ts';
import { MONEY_SETTINGS } from './money-settings.ts';
import { REPLICA_SETTINGS } from './replica-settings.ts';
import { flag, seconds, splitList, whole } from './setting-kinds.ts';
import { setting } from './settings.ts';
import { STORAGE_SETTINGS } from './storage-settings.ts';

const webOrigin = z.url({ protocol: /^https?$/ });
/** Taken for the relay's own, a path could not be told from that which it stands below. */
const OWN_PATHS: ReadonlySet<string> = new Set(
  ['/assets', '/icons', ...Object.values({ ...API_PATHS, ...LOG_PATHS, ...PAGE_PATHS })].map(
    (path) => path.split('/')[1]!,
  ),
);

/** Characters that mean the same in a path, in HTML and in the settings of a proxy. */
const PLAIN_PATH = /^\/([\w.~-]+\/?)*$/;

/** A user, a query or a fragment would be left out in silence. */
const publicAddress = webOrigin.refine((text) => {
  const url = URL.parse(text);
  if (url === null || !PLAIN_PATH.test(url.pathname)) return false;
  return url.href === url.origin + url.pathname && !OWN_PATHS.has(url.pathname.split('/')[1]!);
});

const originList = z
  .string()
  .default('')
  .transform((text) => splitList(text))
  .pipe(z.array(webOrigin));

/** As a browser writes it, but for a slash at its end: what it is compared with has no path. */
const embedOrigin = webOrigin
  .transform((text) => text.replace(/\/$/, ''))
  .refine((text) => URL.parse(text)?.origin === text.toLowerCase() && !text.includes('*'))
  .transform((text) => text.toLowerCase());

const languageTag = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Expected a BCP 47 language tag');

/** In any case, and by the names that Python's logging has for them. */
const logLevel = z
  .string()
  .default('info')
  .transform((name) => name.toLowerCase().replace('warning', 'warn').replace('critical', 'fatal'))
  .pipe(z.enum(LOG_LEVELS));

/** Every setting of the relay itself; those of providers are declared beside their adapters. */
export const CORE_SETTINGS = {
  ...AUTH_SETTINGS,
  HOST: setting(z.string().min(1).default('127.0.0.1'), {
    type: 'host name or address',
    default: '127.0.0.1',
    about: 'Where the relay listens; `0.0.0.0` for every interface.',
  }),
  PORT: whole({
    fallback: 8787,
    min: 0,
    max: 65_535,
    about: 'The port it listens on; 0 takes a free one.',
  }),
  DATA_DIR: setting(z.string().min(1).default('./data'), {
    type: 'folder',
    default: './data',
    about: 'Where Parley keeps its data.',
  }),
  LOG_LEVEL: setting(logLevel, {
    type: `one of ${LOG_LEVELS.join(', ')}`,
    default: 'info',
    about: 'The lowest level that is logged. What people say is logged at `debug` and below only.',
  }),
  PUBLIC_URL: setting(publicAddress.optional(), {
    type: 'http or https URL, perhaps with a path, none of the relay’s own such as `/api`',
    about:
      'Where people reach the relay, if that is not `localhost` or an IP address: behind a proxy, or under a name; with the path, if it stands below one. Requests for a name that stands neither here, in `HOST` nor in `ALLOWED_ORIGINS` are refused.',
  }),
  ALLOWED_ORIGINS: setting(originList, {
    type: 'comma-separated http or https origins',
    about: 'Pages of other origins that may use this relay.',
  }),
  EMBED_ORIGINS: setting(
    z
      .string()
      .default('')
      .transform((text) => splitList(text))
      .pipe(z.array(embedOrigin)),
    {
      type: 'comma-separated http or https origins, each without a path, such as `https://www.example.com`',
      about:
        'Pages of other origins that may show the call in a frame of theirs: see [Two lines](embed.md#two-lines). Without it the relay serves neither `/embed.js` nor `/embed.html`.',
    },
  ),
  AUTH_SECRET: setting(z.string().min(32).optional(), {
    type: 'text of at least 32 characters',
    about: 'Signs guest tokens. Without it one is made and kept in the data folder.',
    isSecret: true,
  }),
  ADMIN_TOKEN: setting(
    z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/)
      .optional(),
    {
      type: '16 or more ASCII characters without spaces',
      about: 'Opens the operator’s requests under `/api/v1/admin`. Without it there are none.',
      isSecret: true,
    },
  ),
  TWILIO_AUTH_TOKEN: setting(z.string().min(16).optional(), {
    type: 'text of at least 16 characters',
    about:
      'Auth token of an account at Twilio, whose numbers may then be called: see [Telephones](clients.md#telephones). Every caller is a guest. Without it there are no telephones.',
    isSecret: true,
  }),
  GUEST_TOKEN_TTL_S: seconds({
    fallback: 30 * 86_400,
    min: 1,
    max: 366 * 86_400,
    about: 'How long a guest stays signed in.',
  }),
  TICKET_TTL_S: seconds({
    fallback: 30,
    max: 300,
    about: 'How long a call’s ticket may wait to be used.',
  }),
  MAX_SESSIONS: whole({ fallback: 500, min: 1, max: 100_000, about: 'Calls at the same time.' }),
  PLANS: setting(z.string().min(1).optional(), {
    type: 'path of a JSON file, or the JSON itself',
    about:
      'Limits of each plan, of the whole relay and of one address, where they differ from the defaults: see [Limits](operations.md#limits).',
  }),
  ADDRESS_LIMITS: setting(z.stringbool().optional(), {
    type: '`on` or `off`',
    about:
      'Whether connections, sign-ins and requests of one address are limited. Without it they are, unless the relay listens on `localhost` alone and has no `TRUSTED_PROXIES`.',
  }),
  REPLAY_MEMORY_MB: whole({
    fallback: 512,
    min: 8,
    max: 100_000,
    unit: 'megabytes',
    about:
      'Memory that all calls together may keep of what was sent, for connections that are lost. If it is not enough, calls whose client is away end first.',
  }),
  SESSION_DURATION_S: seconds({
    fallback: 1_800,
    about: 'Longest call. `PLANS` may say otherwise for a plan.',
  }),
  IDLE_S: seconds({
    fallback: 600,
    about:
      'A call in which nothing happens is ended after this. `PLANS` may say otherwise for a plan.',
  }),
  UTTERANCE_S: seconds({
    fallback: 60,
    max: 600,
    about: 'Longest utterance; a longer one is cut.',
  }),
  RESUME_WINDOW_S: seconds({
    fallback: 120,
    max: 3_600,
    about: 'How long a call waits for its lost connection to come back.',
  }),
  HEARTBEAT_S: seconds({
    fallback: 15,
    min: 1,
    max: 120,
    about: 'How often a connection is checked; two missed answers end it.',
  }),
  TRANSCRIBER_DEADLINE_S: seconds({
    fallback: 30,
    max: 600,
    about: 'Longest wait for the words of an utterance, over all transcribers tried.',
  }),
  GENERATOR_DEADLINE_S: seconds({
    fallback: 60,
    max: 600,
    about: 'Longest wait for the next words of an answer, while tools are used.',
  }),
  GENERATOR_FIRST_WORD_S: seconds({
    fallback: 10,
    max: 600,
    about:
      'Longest wait for the first word or thought of one generator; after half of it the next one is asked as well. A model on a slow machine of one’s own may need more.',
  }),
  SYNTHESIZER_DEADLINE_S: seconds({
    fallback: 15,
    max: 600,
    about: 'Longest wait for the voice, over all synthesizers tried.',
  }),
  LANGUAGE: setting(z.string().default('en-US').transform(tagOfLocale).pipe(languageTag), {
    type: 'BCP 47 language tag',
    default: 'en-US',
    about:
      'The language of calls for which no other is chosen. If the providers of a stage do not know it, English takes its place; the embedded ones know English only.',
  }),
  LANGUAGES: setting(
    z
      .string()
      .optional()
      .transform((text) => (text === undefined ? undefined : splitList(text)))
      .pipe(z.array(languageTag).optional()),
    {
      type: 'comma-separated list of BCP 47 language tags, e.g. `de, fr-CH`',
      default: 'what a transcriber, a generator and a synthesizer in use know',
      about:
        'The languages that people may choose for a call, in this order, after `LANGUAGE`; those that the providers do not know are left out. `en-US` beside `LANGUAGE=en-US` leaves no choice. What Parley says in words of its own, such as apologies, remains English.',
    },
  ),
  CONNECT_TIMEOUT_S: seconds({
    fallback: 3,
    max: 30,
    about: 'Longest that opening a connection to a provider may take.',
  }),
  HEALTH_INTERVAL_S: seconds({
    fallback: 30,
    min: 1,
    max: 3_600,
    about: 'How often every provider in use is checked, with a timeout of three seconds.',
  }),
  FILLER_DELAY_S: seconds({
    fallback: 4,
    max: 60,
    about: 'How long an answer may take to begin before “one moment” is said.',
  }),
  CACHED_ANSWERS: flag({
    fallback: false,
    about:
      'Whether a question that was answered in the same call within ten minutes may be answered again from memory if no generator works, or none has begun to answer after half of `GENERATOR_FIRST_WORD_S`.',
  }),
  SPECULATION: flag({
    fallback: true,
    about:
      'Whether an answer is begun while the person may still go on: the model is asked and the first words are spoken, but kept back until the turn is over. It saves a few hundred milliseconds of each turn; what is begun in vain is paid for, at most twice a turn.',
  }),
  TURN_MODEL: setting(z.string().min(1).optional(), {
    type: 'path of an ONNX file',
    about:
      'A model with the interface of Smart Turn v3 that listens to the last eight seconds before a pause and says whether the turn is over: see [When a turn is over](operations.md#when-a-turn-is-over). It takes one thread and some 150 MB for all calls together, and no memory of a call beyond the utterance that is kept for another recogniser in any case.',
  }),
  FAILED_AUDIO: flag({
    fallback: false,
    about:
      'Keeps a recording of every utterance that could not be recognised in `DATA_DIR/failed-audio`, for 24 hours. It holds what people said: for finding faults, with their consent.',
  }),
  FAILED_AUDIO_MAX_MB: whole({
    fallback: 100,
    min: 1,
    max: 100_000,
    unit: 'megabytes',
    about: 'Most that these recordings may take; the oldest go first.',
  }),
  RECORDING: flag({
    fallback: false,
    about:
      'Whether people may have their calls recorded, both sides, in `DATA_DIR/recordings`. Each is asked first, sees that it runs, and can stop and delete it; it is kept as long as what the storage keeps of the call.',
  }),
  RECORDING_MAX_MB: whole({
    fallback: 10_000,
    min: 1,
    max: 100_000_000,
    unit: 'megabytes',
    about:
      'Most that the recordings of calls may take together. Then no other one begins, and those that run end; the calls go on.',
  }),
  ...METRICS_SETTINGS,
  ...MONEY_SETTINGS,
  SHUTDOWN_GRACE_S: seconds({
    fallback: 5,
    min: 0,
    max: 600,
    about: 'How long a relay that stops lets people finish.',
  }),
  ...STORAGE_SETTINGS,
  ...REPLICA_SETTINGS,
  ...LOG_SETTINGS,
} as const;

/** Desktops set a variable of this name to a list of locales: `en_US.UTF-8:en` is `en-US`. */
function tagOfLocale(text: string): string {
  return text.replace(/[:.@].*$/, '').replaceAll('_', '-');
}

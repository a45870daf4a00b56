import { relayUrl } from '@parley/shared/page-paths';
import {
  BrowserClient,
  createTransport,
  dedupeIntegration,
  defaultStackParser,
  getCurrentScope,
  globalHandlersIntegration,
  type BrowserOptions,
  type ErrorEvent,
  type Exception,
  type StackFrame,
  type Event,
} from '@sentry/browser';

import { version } from '../../../package.json';
import type { Call, MediaNotice } from '../../client/index.ts';
import type { PageReport } from '@parley/shared/report-api';

const MAX_ERRORS = 5;

const SEND_DEADLINE_MS = 10_000;
/** Reports that may be on their way at once; further ones are left out. */
const MAX_PENDING = 5;

type TransportOptions = Parameters<typeof createTransport>[0] & { readonly url: string };

const MAX_FRAMES = 50;

/** A word, an id or a code; not a sentence, an address or a token of some length. */
const WORD = /^[\w.-]{1,48}$/;

const FUNCTION = /^[\w$.<>#]{1,120}$/;

/** A script of the page's: other addresses, such as that of a conversation, are left out. */
const SCRIPT_PATH = /^\/[\w$@+./-]{1,180}\.(js|mjs|ts|tsx)$/;

const UNKNOWN = '?';

/** In place of a message that may quote anything. */
const WITHHELD = 'The message is not sent.';

/** Of errors that the language itself makes; any code may throw one, so the message counts too. */
const ENGINE_TYPE = /^(Type|Reference|Range|Internal)Error$/;

const NAME = String.raw`[A-Za-z_$#][\w$.]{0,60}`;

/** What Chromium, Firefox and Safari say of names in the code. */
const ENGINE_MESSAGES: readonly RegExp[] = [
  /^Cannot (read|set) properties of (undefined|null) \((reading|setting) '[\w$#]{1,60}'\)$/,
  /^Maximum call stack size exceeded\.?$/,
  /^Invalid (array|typed array|string) length/,
  /^too much recursion$/,
  new RegExp(`^${NAME} is not (a function|a constructor|iterable|defined)$`),
  new RegExp(`^${NAME} is (undefined|null)$`),
  new RegExp(`^can't access property "${NAME}", ${NAME} is (undefined|null)$`),
  new RegExp(`^(undefined|null) is not an object \\(evaluating '${NAME}'\\)$`),
  new RegExp(`^Can't find variable: ${NAME}$`),
];

/** React's own, by number. */
const REACT_MESSAGE = /^Minified React error #\d{1,4}/;

type HarmlessError = PageReport['exception']['values'][number];

type HarmlessFrame = NonNullable<HarmlessError['stacktrace']>['frames'][number];

export interface ReportContext {
  /** Of the page's own scripts. */
  readonly origin: string;
  /** e.g. `parley@1.2.3` */
  readonly release: string;
  readonly sessionId: string | undefined;
  /** Of the error, if it has one. */
  readonly code: unknown;
}

/** Of one visit: a page that fails in a loop reports nothing new. */
const MAX_REPORTS = 20;
const PATH = '/api/v1/reports';

export interface ErrorReportsOptions {
  /** `error_reports` in the relay's answer, not checked yet. */
  readonly project: unknown;
  readonly call: Pick<Call, 'relay' | 'state' | 'subscribe'>;
}

/**
 * Reports errors that nothing handles, and failures that the page has caught itself, to the
 * operator's Sentry by way of the relay; until the page is left. Nothing else is gathered: no
 * breadcrumbs, no requests, no traces. This module is loaded only if the relay asks for it.
 */
export async function startErrorReports(options: ErrorReportsOptions): Promise<void> {
  const { project, call } = options;
  const relay = await call.relay;
  if (relay.kind !== 'known' || !isProject(project)) return;
  let sessionId = call.state.getState().session?.id;
  call.state.subscribe(({ session }) => (sessionId = session?.id ?? sessionId));
  let count = 0;
  const client = new BrowserClient({
    dsn: project.dsn,
    tunnel: relayUrl(relay.origin, PATH),
    transport: reportTransport,
    stackParser: defaultStackParser,
    integrations: [globalHandlersIntegration(), dedupeIntegration()],
    dataCollection: NOTHING,
    maxBreadcrumbs: 0,
    sendClientReports: false,
    beforeSend(event, { originalException }) {
      const own = (originalException as { readonly code?: unknown } | null | undefined)?.code;
      const report = harmlessReport(event, {
        origin: location.origin,
        release: `parley@${version}`,
        sessionId,
        code: event.tags?.['code'] ?? own,
      });
      if (report === null || count >= MAX_REPORTS) return null;
      count += 1;
      return { ...report, type: undefined } as ErrorEvent;
    },
  });
  getCurrentScope().setClient(client);
  client.init();
  call.subscribe((notice) => {
    const failure = ownFailureIn(notice);
    if (failure !== undefined) client.captureEvent(failure);
  });
}

/** What the library would gather by itself. */
const NOTHING: NonNullable<BrowserOptions['dataCollection']> = {
  userInfo: false,
  cookies: false,
  httpHeaders: false,
  httpBodies: [],
  urlQueryParams: false,
  stackFrameVariables: false,
  frameContextLines: 0,
};

interface Project {
  readonly dsn: string;
}

function isProject(value: unknown): value is Project {
  return typeof (value as Partial<Project> | null)?.dsn === 'string';
}

/**
 * A report made of what is known to be harmless: types, codes, ids and places in the page's own
 * scripts. Nothing is taken out of `event`; what is not copied here is not sent.
 *
 * @returns null if the error is not the page's, e.g. an extension's
 */
export function harmlessReport(event: ErrorEvent, context: ReportContext): PageReport | null {
  const errors = (event.exception?.values ?? []).slice(-MAX_ERRORS);
  const values = errors.map((error) => harmlessError(error, context.origin));
  const { event_id: id, timestamp } = event;
  if (id === undefined || timestamp === undefined || values.length === 0) return null;
  const filenames = errors.flatMap((error) => error.stacktrace?.frames ?? []);
  const isOthers = filenames.length > 0 && !values.some(isOwn);
  if (isOthers) return null;
  const { code, sessionId, release } = context;
  return {
    event_id: id,
    timestamp,
    platform: 'javascript',
    level: event.level === 'warning' ? 'warning' : 'error',
    release,
    tags: {
      ...(isWord(code) && { code }),
      ...(isWord(sessionId) && { sessionId }),
    },
    exception: { values },
  };
}

function harmlessError(error: Exception, origin: string): HarmlessError {
  const { type, value, mechanism, stacktrace } = error;
  const frames = stacktrace?.frames
    ?.slice(-MAX_FRAMES)
    .map((frame) => harmlessFrame(frame, origin));
  // `auto.browser.global_handlers.onerror`
  const how = mechanism?.type.split('.').at(-1);
  return {
    type: isWord(type) ? type : 'Error',
    value: harmlessMessage(type, value),
    ...(isWord(how) && { mechanism: { type: how, handled: mechanism?.handled !== false } }),
    ...(frames && frames.length > 0 && { stacktrace: { frames } }),
  };
}

function harmlessMessage(type: string | undefined, message = ''): string {
  const ofReact = REACT_MESSAGE.exec(message)?.[0];
  if (ofReact !== undefined) return ofReact;
  const isEngines =
    ENGINE_TYPE.test(type ?? '') && ENGINE_MESSAGES.some((pattern) => pattern.test(message));
  return isEngines ? message : WITHHELD;
}

function harmlessFrame(frame: StackFrame, origin: string): HarmlessFrame {
  const { filename, function: name = UNKNOWN, lineno, colno } = frame;
  const path = scriptPath(filename, origin);
  return {
    // As Sentry finds source maps by, wherever the page is served from.
    filename: path === undefined ? UNKNOWN : `app://${path}`,
    function: FUNCTION.test(name) ? name : UNKNOWN,
    ...(lineno !== undefined && { lineno }),
    ...(colno !== undefined && { colno }),
    in_app: path !== undefined,
  };
}

/** Without host and query. */
function scriptPath(url: string | undefined, origin: string): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin: found, pathname } = new URL(url);
  return found === origin && SCRIPT_PATH.test(pathname) ? pathname : undefined;
}

function isOwn({ stacktrace }: HarmlessError): boolean {
  return stacktrace?.frames.some(({ filename }) => filename !== UNKNOWN) === true;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

/**
 * Posts reports to the relay, without cookies and without the page's address. The library's own
 * transport has no deadline.
 */
function reportTransport(options: TransportOptions): ReturnType<typeof createTransport> {
  return createTransport({ ...options, bufferSize: MAX_PENDING }, async ({ body }) => {
    const response = await fetch(options.url, {
      method: 'POST',
      // A kind that another origin may post without asking first.
      headers: { 'content-type': 'text/plain' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // The page may be on its way out.
      keepalive: true,
      signal: AbortSignal.timeout(SEND_DEADLINE_MS),
    });
    await response.body?.cancel();
    const retryAfter = response.headers.get('retry-after');
    return {
      statusCode: response.status,
      headers: { 'retry-after': retryAfter, 'x-sentry-rate-limits': null },
    };
  });
}

/** Failures of the page itself; all other errors that a call gets are the relay's. */
const OWN_CODES: readonly string[] = ['vad_failed', 'audio_unavailable'];
/** `Uncaught TypeError: x is not a function`, as the browser says it of a worker. */
const WORKER_MESSAGE = /^(?:Uncaught )?(?:(?<type>\w+Error): )?(?<value>[^]*)$/;

/** @returns undefined unless the page's own code has caught a failure of its own */
export function ownFailureIn(notice: MediaNotice): Event | undefined {
  if (notice.type !== 'error') return undefined;
  const { code, crash } = notice;
  if (crash !== undefined) return workerCrash(crash);
  if (!OWN_CODES.includes(code)) return undefined;
  return { level: 'error', tags: { code }, exception: { values: [{ type: code }] } };
}

function workerCrash({ message, filename, lineno, colno }: globalThis.ErrorEvent): Event {
  const { type = 'Error', value = '' } = WORKER_MESSAGE.exec(message)?.groups ?? {};
  const frames = filename === '' ? [] : [{ filename, lineno, colno }];
  return {
    level: 'error',
    tags: { code: 'worker_failed' },
    exception: { values: [{ type, value, stacktrace: { frames } }] },
  };
}

import type { LogTap } from '../../base/lib/log-tap.ts';
import { SentryClient, type SentryClientOptions, type Report } from './sentry-client.ts';
import type { CallEvent } from '../../call/events/call-events.ts';
import type { CallObserver } from '../../call/events/call-observers.ts';
import { framesOf } from './stack-frames.ts';

/** How lines begin that are reported: the level stands first. */
const REPORTED_LINE = /^\{"level":"(error|fatal)"/;

/** Fields of a line, or of its error, that the relay or a vendor's adapter chose from a list. */
const TAGS = ['stage', 'provider', 'fault', 'code', 'syscall', 'observer', 'event', 'why'] as const;

/** Fields that lead to the log. */
const IDS = ['sessionId', 'turnId', 'responseId', 'requestId', 'traceId'] as const;

/** A word, an id or a code; not a sentence, an address or a token of some length. */
const WORD = /^[\w.-]{1,48}$/;

/** Messages that JavaScript itself makes, of names in the code. All others may quote anything. */
const ENGINE_MESSAGES: readonly RegExp[] = [
  /^Cannot (read|set) properties of (undefined|null) \((reading|setting) '[A-Za-z_$#][\w$]{0,30}'\)$/,
  /^[A-Za-z_$][\w$.]{0,60} is not (a function|a constructor|iterable|defined)$/,
  /^Maximum call stack size exceeded$/,
  /^Invalid (array|typed array|string) length/,
];

type Fields = Readonly<Record<string, unknown>>;

export interface Reporting extends AsyncDisposable {
  readonly reports: ErrorReports;
}

/** Reports errors to Sentry. This module is loaded only if that is wanted. */
export function openReporting({
  tap,
  ...options
}: SentryClientOptions & { readonly tap: LogTap | undefined }): Reporting {
  const client = new SentryClient(options);
  const reports = new ErrorReports(client, tap);
  return {
    reports,
    async [Symbol.asyncDispose]() {
      reports[Symbol.dispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

/**
 * Reports what the log has at `error` and graver, failures of providers, and money that runs out.
 *
 * Nothing is taken out of a report: it is made of what is known to be harmless. A sentence of the
 * relay's own, codes, ids and the places in the code; of an error's message only what the
 * language itself writes.
 */
class ErrorReports implements CallObserver, Disposable {
  readonly name = 'error-reports';
  readonly #client: Pick<SentryClient, 'send'>;
  readonly #stopListening: (() => void) | undefined;

  /** @param tap - undefined: the log is not reported */
  constructor(client: Pick<SentryClient, 'send'>, tap: Pick<LogTap, 'listen'> | undefined) {
    this.#client = client;
    this.#stopListening = tap?.listen((line) => {
      if (REPORTED_LINE.test(line)) client.send(reportOf(JSON.parse(line) as Fields));
    });
  }

  observe(event: CallEvent): void {
    const message = messageOf(event);
    if (message === undefined) return;
    this.#client.send({ level: 'warning', message, tags: tagsOf(event) });
  }

  [Symbol.dispose](): void {
    this.#stopListening?.();
  }
}

/** undefined: it is not reported. */
function messageOf(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'provider-attempted':
      return event.outcome === 'failed' ? 'provider failed' : undefined;
    case 'budget-warning':
      return `most of the ${event.scope} budget is used up`;
    case 'limit-hit':
      return event.limit === 'budget' ? 'a budget is used up' : undefined;
    default:
      return undefined;
  }
}

function reportOf(line: Fields): Report {
  const { level, msg } = line;
  const err = (line['err'] ?? {}) as Fields;
  const isOwnSentence = typeof msg === 'string' && msg !== err['message'];
  const report = {
    level: level === 'fatal' ? ('fatal' as const) : ('error' as const),
    message: isOwnSentence ? msg : 'an error',
    tags: { ...tagsOf(err), ...tagsOf(line) },
  };
  const { type, message, stack } = err;
  if (typeof type !== 'string') return report;
  const exception = {
    type: WORD.test(type) ? type : 'Error',
    value: valueOf(message),
    frames: typeof stack === 'string' ? framesOf(stack) : [],
  };
  return { ...report, exception };
}

function valueOf(message: unknown): string {
  const isEngines =
    typeof message === 'string' && ENGINE_MESSAGES.some((pattern) => pattern.test(message));
  return isEngines ? message : 'The message stands in the log.';
}

function tagsOf(fields: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...TAGS, ...IDS].flatMap((name) => {
      const value: unknown = Reflect.get(fields, name);
      return typeof value === 'string' && WORD.test(value) ? [[name, value]] : [];
    }),
  );
}

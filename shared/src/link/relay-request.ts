import { z } from 'zod/mini';
import { ParleyError } from '../protocol/errors.ts';
import { relayUrl } from '../protocol/page-paths.ts';
import { errorResponseSchema } from '../protocol/http-api.ts';
import { ClientError } from './client-error.ts';

/** Longest wait for an answer over HTTP. */
const REQUEST_DEADLINE_MS = 10_000;

/** As much of `Response` as is used here. */
export interface RelayAnswer {
  readonly status: number;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** As much of `fetch` as is used here. */
export type RelayFetch<Answer extends RelayAnswer = RelayAnswer> = (
  url: string,
  init: {
    readonly method: RelayRequest['method'];
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
    readonly signal: AbortSignal;
  },
) => Promise<Answer>;

export interface RelayEndpoint<Answer extends RelayAnswer = RelayAnswer> {
  /** Of the relay, e.g. `http://localhost:8787`, or with a path that it stands below. */
  readonly baseUrl: string;
  readonly fetch: RelayFetch<Answer>;
}

export interface RelayRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** Bearer token, if the request needs one. */
  readonly token?: string | undefined;
  /** Bytes are sent as they are, anything else as JSON. */
  readonly body?: object | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** For more than a few kilobytes. */
  readonly deadlineMs?: number;
}

/**
 * Asks the relay and reads its answer, in the time that a request may take.
 *
 * @throws ParleyError with the relay's own code; ClientError `unreachable`, `timed_out` or
 *   `unreadable_answer`; the signal's reason when aborted
 */
export async function requestRelay<Answer extends RelayAnswer, T>(
  { baseUrl, fetch }: RelayEndpoint<Answer>,
  { method, path, token, body, signal, deadlineMs = REQUEST_DEADLINE_MS }: RelayRequest,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  let status: number;
  let text: string;
  const isBinary = body instanceof Uint8Array;
  const type = isBinary ? 'application/octet-stream' : 'application/json';
  try {
    const answer = await fetch(relayUrl(baseUrl, path), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: isBinary ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
    ({ status } = answer);
    if (status >= 200 && status < 300) return await read(answer);
    text = await answer.text();
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof ClientError ? cause : unanswered(baseUrl, cause);
  }
  const problem = errorResponseSchema.safeParse(parseJson(text));
  throw problem.success ? refusal(problem.data.error) : unreadable(baseUrl, path, status);
}

/** As `requestRelay`, for an answer in JSON. */
export function requestJson<T>(
  relay: RelayEndpoint,
  request: RelayRequest,
  schema: z.core.$ZodType<T>,
): Promise<T> {
  return requestRelay(relay, request, async (answer) => {
    const parsed = z.safeParse(schema, parseJson(await answer.text()));
    if (parsed.success) return parsed.data;
    throw unreadable(relay.baseUrl, request.path, answer.status);
  });
}

/** A proxy's sign-in page or the like; or, from 500 on, its word that the relay behind it is away. */
function unreadable(baseUrl: string, path: string, status: number): ClientError {
  return new ClientError(
    status >= 500 ? 'unreachable' : 'unreadable_answer',
    `The server at ${baseUrl} does not speak Parley's protocol (HTTP ${status} from ${path}).`,
  );
}

/** The relay's sentence may say more than the code's own: what follows that is the detail. */
function refusal({ code, message }: Pick<ParleyError, 'code' | 'message'>): ParleyError {
  const plain = new ParleyError(code);
  if (!message.startsWith(plain.message)) return plain;
  const detail = message.slice(plain.message.length).trim();
  return detail === '' ? plain : new ParleyError(code, { detail });
}

function unanswered(baseUrl: string, cause: unknown): ClientError {
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new ClientError('timed_out', `The server at ${baseUrl} took too long to answer.`, {
      cause,
    });
  }
  // Node's `fetch` names the system's error.
  const reason = (cause as { cause?: { code?: unknown } }).cause?.code;
  const detail = typeof reason === 'string' ? ` (${reason})` : '';
  return new ClientError('unreachable', `No server could be reached at ${baseUrl}${detail}.`, {
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { z } from 'zod';
import { ParleyError } from '../protocol/errors.ts';
import {
  API_PATHS,
  createSessionResponseSchema,
  errorResponseSchema,
  guestResponseSchema,
  type CreateSessionResponse,
} from '../protocol/http-api.ts';
import { ClientError } from './client-error.ts';

/** An answer without a body. */
const NOTHING = z.undefined();
/** Longest wait for an answer over HTTP. */
const REQUEST_DEADLINE_MS = 10_000;

/** As much of `fetch` as is used here. */
export type Post = (
  url: string,
  init: {
    readonly method: 'POST';
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

export interface SessionApiOptions {
  /** Origin of the relay, e.g. `http://localhost:8787`. */
  readonly baseUrl: string;
  readonly fetch: Post;
  /** Bearer token; a new guest signs in if there is none. */
  readonly token: string | undefined;
  /** What the relay asks guests for, if it does. */
  readonly accessCode?: string | undefined;
  /** Whether a new guest signs in if the token is refused. */
  readonly replacesToken: boolean;
  onSignedIn?(token: string, expiresInS: number): void;
}

export interface SessionRequest {
  readonly voice: string | undefined;
  /** IANA time zone; the relay's default if it is undefined. */
  readonly timeZone: string | undefined;
}

/** Signs in and asks for sessions. */
export class SessionApi {
  readonly #options: SessionApiOptions;
  #token: string | undefined;

  constructor(options: SessionApiOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  /**
   * @throws ParleyError with the relay's own code; ClientError `unreachable`, `timed_out` or
   *   `unreadable_answer`; the signal's reason when aborted
   */
  async createSession(
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    const isKept = this.#token !== undefined;
    try {
      return await this.#requestSession(request, signal);
    } catch (error) {
      const isRefused = error instanceof ParleyError && error.code === 'unauthorized';
      if (!isRefused || !isKept || !this.#options.replacesToken) throw error;
      this.#token = undefined;
      return this.#requestSession(request, signal);
    }
  }

  /** For sessions from now on. */
  useToken(token: string): void {
    this.#token = token;
  }

  /**
   * A running session goes on under a renewed token.
   *
   * @throws as `createSession`
   */
  async renewToken(sessionId: string, token: string, signal: AbortSignal): Promise<void> {
    const path = `${API_PATHS.sessions}/${encodeURIComponent(sessionId)}/token`;
    await this.#post(path, { authorization: `Bearer ${token}` }, {}, NOTHING, signal);
  }

  async #requestSession(
    { voice, timeZone }: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    this.#token ??= await this.#signIn(signal);
    const headers = { authorization: `Bearer ${this.#token}` };
    // What is undefined does not get into JSON.
    const body = { voice, time_zone: timeZone };
    return this.#post(API_PATHS.sessions, headers, body, createSessionResponseSchema, signal);
  }

  async #signIn(signal: AbortSignal): Promise<string> {
    const body = { access_code: this.#options.accessCode };
    const guest = await this.#post(API_PATHS.guest, {}, body, guestResponseSchema, signal);
    this.#options.onSignedIn?.(guest.token, guest.expires_in_s);
    return guest.token;
  }

  async #post<T>(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: object,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { baseUrl, fetch } = this.#options;
    let status: number;
    let text: string;
    try {
      const response = await fetch(new URL(path, baseUrl).href, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_DEADLINE_MS)]),
      });
      ({ status } = response);
      text = await response.text();
    } catch (cause) {
      signal.throwIfAborted();
      throw unanswered(baseUrl, cause);
    }
    const value = parseJson(text);
    if (status >= 200 && status < 300) {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
    } else {
      const problem = errorResponseSchema.safeParse(value);
      if (problem.success) throw refusal(problem.data.error);
    }
    // A proxy's sign-in page or the like.
    throw new ClientError(
      'unreadable_answer',
      `What answers at ${baseUrl} does not speak Parley's protocol (HTTP ${status} from ${path}).`,
    );
  }
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

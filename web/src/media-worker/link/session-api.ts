import {
  API_PATHS,
  createSessionResponseSchema,
  type CreateSessionResponse,
  errorResponseSchema,
  guestResponseSchema,
  type ErrorCode,
} from '@parley/shared';

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
) => Promise<Response>;

export interface SessionApiOptions {
  /** Origin of the relay. */
  readonly baseUrl: string;
  readonly fetch: Post;
  /** A token kept from an earlier visit. */
  readonly token: string | undefined;
  onSignedIn(token: string, expiresInS: number): void;
}

export interface SessionRequest {
  readonly voice: string | undefined;
  readonly timeZone: string;
}

/** As much of a schema as is used here. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: unknown };
}

/** A request that got no session; `code` says why, in the relay's words where it spoke. */
export class SessionRequestError extends Error {
  readonly code: ErrorCode | 'network_unreachable';
  readonly retryable: boolean;

  constructor(problem: {
    readonly code: ErrorCode | 'network_unreachable';
    readonly message: string;
    readonly retryable: boolean;
    readonly cause?: unknown;
  }) {
    super(problem.message, { cause: problem.cause });
    this.name = 'SessionRequestError';
    this.code = problem.code;
    this.retryable = problem.retryable;
  }
}

/** Signs in and asks for sessions. A token that is no longer accepted is replaced once. */
export class SessionApi {
  readonly #options: SessionApiOptions;
  #token: string | undefined;

  constructor(options: SessionApiOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  /** @throws SessionRequestError; rejects with the signal's reason when aborted */
  async createSession(
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    const kept = this.#token;
    try {
      return await this.#requestSession(kept ?? (await this.#signIn(signal)), request, signal);
    } catch (error) {
      const expired = error instanceof SessionRequestError && error.code === 'unauthorized';
      if (!expired || kept === undefined) throw error;
      this.#token = undefined;
      return this.#requestSession(await this.#signIn(signal), request, signal);
    }
  }

  async #signIn(signal: AbortSignal): Promise<string> {
    const { token, expires_in_s } = await this.#post(
      API_PATHS.guest,
      {},
      {},
      guestResponseSchema,
      signal,
    );
    this.#token = token;
    this.#options.onSignedIn(token, expires_in_s);
    return token;
  }

  #requestSession(
    token: string,
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    return this.#post(
      API_PATHS.sessions,
      { authorization: `Bearer ${token}` },
      {
        time_zone: request.timeZone,
        ...(request.voice === undefined ? {} : { voice: request.voice }),
      },
      createSessionResponseSchema,
      signal,
    );
  }

  async #post<T>(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: object,
    schema: Schema<T>,
    signal: AbortSignal,
  ): Promise<T> {
    let status: number;
    let text: string;
    try {
      const response = await this.#options.fetch(new URL(path, this.#options.baseUrl).href, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_DEADLINE_MS)]),
      });
      ({ status } = response);
      text = await response.text();
    } catch (cause) {
      signal.throwIfAborted();
      throw unreachable(cause);
    }
    const value = parseJson(text);
    if (status >= 200 && status < 300) {
      const parsed = schema.safeParse(value);
      // A proxy's sign-in page or the like: something answered, but not the relay.
      if (!parsed.success) throw unreachable(parsed.error);
      return parsed.data;
    }
    const problem = errorResponseSchema.safeParse(value);
    if (!problem.success) throw unreachable(new Error(`HTTP status ${status}`));
    throw new SessionRequestError(problem.data.error);
  }
}

function unreachable(cause: unknown): SessionRequestError {
  return new SessionRequestError({
    code: 'network_unreachable',
    message: 'The server could not be reached.',
    retryable: true,
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

import { z } from 'zod/mini';
import { ParleyError, type ErrorCode } from '../protocol/errors.ts';
import {
  API_PATHS,
  createSessionResponseSchema,
  guestResponseSchema,
  type CreateSessionResponse,
} from '../protocol/http-api.ts';
import { requestJson, type RelayEndpoint } from './relay-request.ts';

/** An answer without a body. */
const NOTHING = z.undefined();
const HEALTH = z.object({ status: z.string() });

export interface SessionApiOptions extends RelayEndpoint {
  /** Bearer token; a new guest signs in if there is none. */
  readonly token: string | undefined;
  /** What the relay asks guests for, if it does. */
  readonly accessCode?: string | undefined;
  /** Whether a new guest signs in if the token is refused. */
  readonly replacesToken: boolean;
  /** Whether the relay's own choice will not do if what is asked for is refused. */
  readonly requiresChoices?: boolean | undefined;
  onSignedIn?(token: string, expiresInS: number): void;
  /** The relay refused what was asked for, and was asked without it. */
  onNotOffered?(choice: SessionChoice): void;
}

export interface SessionRequest {
  readonly voice: string | undefined;
  /** BCP 47; the relay's own if it is undefined. */
  readonly language?: string | undefined;
  /** IANA time zone; the relay's default if it is undefined. */
  readonly timeZone: string | undefined;
  /** An earlier conversation to continue; undefined: a new one. */
  readonly conversationId?: string | undefined;
}

/** What a session may do without, by the names of the protocol. */
const CHOICES = { voice: 'voice', language: 'language', time_zone: 'timeZone' } as const;
export type SessionChoice = (typeof CHOICES)[keyof typeof CHOICES];

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
    try {
      return await this.#createWithToken(request, signal);
    } catch (error) {
      const refused = this.#options.requiresChoices === true ? undefined : refusedChoice(error);
      if (refused === undefined || request[refused] === undefined) throw error;
      this.#options.onNotOffered?.(refused);
      return this.createSession({ ...request, [refused]: undefined }, signal);
    }
  }

  get relay(): RelayEndpoint {
    return this.#options;
  }

  /** For sessions from now on. */
  useToken(token: string): void {
    this.#token = token;
  }

  async #createWithToken(
    request: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    const isKept = this.#token !== undefined;
    try {
      return await this.#requestSession(request, signal);
    } catch (error) {
      const mayReplace = isKept && this.#options.replacesToken;
      if (!mayReplace || !isRefused(error, 'unauthorized')) throw error;
      this.#token = undefined;
      return this.#requestSession(request, signal);
    }
  }

  /**
   * A running session goes on under a renewed token.
   *
   * @throws as `createSession`
   */
  async renewToken(sessionId: string, token: string, signal: AbortSignal): Promise<void> {
    const path = `${API_PATHS.sessions}/${encodeURIComponent(sessionId)}/token`;
    await requestJson(this.#options, { method: 'POST', path, token, body: {}, signal }, NOTHING);
  }

  /**
   * Resolves if plain HTTP gets through to the relay.
   *
   * @throws ClientError, ParleyError; the signal's reason when aborted
   */
  async reach(signal: AbortSignal): Promise<void> {
    const path = API_PATHS.health;
    await requestJson(this.#options, { method: 'GET', path, signal }, HEALTH);
  }

  async #requestSession(
    { voice, language, timeZone, conversationId }: SessionRequest,
    signal: AbortSignal,
  ): Promise<CreateSessionResponse> {
    this.#token ??= await this.#signIn(signal);
    // An undefined field does not get into JSON.
    const body = { voice, language, time_zone: timeZone, conversation_id: conversationId };
    const request = { method: 'POST', path: API_PATHS.sessions, token: this.#token } as const;
    return requestJson(this.#options, { ...request, body, signal }, createSessionResponseSchema);
  }

  async #signIn(signal: AbortSignal): Promise<string> {
    const body = { access_code: this.#options.accessCode };
    const request = { method: 'POST', path: API_PATHS.guest, body, signal } as const;
    const guest = await requestJson(this.#options, request, guestResponseSchema);
    this.#options.onSignedIn?.(guest.token, guest.expires_in_s);
    return guest.token;
  }
}

/** The message of `invalid_request` names the field. */
function refusedChoice(error: unknown): SessionChoice | undefined {
  if (!(error instanceof ParleyError) || error.code !== 'invalid_request') return undefined;
  const field = error.detail?.split(':')[0] ?? '';
  return Object.hasOwn(CHOICES, field) ? CHOICES[field as keyof typeof CHOICES] : undefined;
}

function isRefused(error: unknown, code: ErrorCode): boolean {
  return error instanceof ParleyError && error.code === code;
}

import type { z } from 'zod';
import { ParleyError, type CloseReasonName, type createSessionRequestSchema } from '@parley/shared';
import type { Identity } from '../auth/identity.ts';
import { Tickets } from '../auth/tickets.ts';
import type { History } from '../turn/history.ts';
import type { CallObservers } from '../turn/call-observers.ts';
import { within } from '../lib/error-boundary.ts';
import { fingerprint, newId, newSecret } from '../lib/ids.ts';
import { isTimeZone } from '../lib/time-zone.ts';
import type { Logger } from '../lib/logger.ts';
import type { Admission } from './admission.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { SessionContext, SessionOptions } from './session-options.ts';
import { Session } from './session.ts';

/** Tickets that may wait to be used, per session the relay may hold. */
const TICKETS_PER_SESSION = 2;

/** Who asks for a session, and with which program. */
export type Caller = Pick<SessionOptions, 'identity' | 'client'>;

/** A conversation that a session goes on with. */
export interface EarlierConversation {
  readonly id: string;
  readonly history: History;
}

interface Grant extends Caller {
  readonly sessionId: string;
  readonly resumeKey: string;
  readonly conversationId: string;
  readonly history: History | undefined;
  readonly voice: string;
  readonly timeZone: string;
}

export interface SessionCreatorOptions {
  readonly context: SessionContext;
  readonly registry: SessionRegistry;
  readonly admission: Pick<Admission, 'isOpen'>;
  readonly observers: CallObservers;
  readonly ticketTtlMs: number;
  readonly maxSessions: number;
  readonly logger: Logger;
}

/** Hands out tickets for sessions, and makes the session when its ticket comes back. */
export class SessionCreator {
  readonly #options: SessionCreatorOptions;
  readonly #tickets: Tickets<Grant>;
  #isDraining = false;

  constructor(options: SessionCreatorOptions) {
    this.#options = options;
    this.#tickets = new Tickets({
      clock: options.context.clock,
      ttlMs: options.ticketTtlMs,
      limit: options.maxSessions * TICKETS_PER_SESSION,
    });
  }

  /** From now on no new session is let in. */
  stop(): void {
    this.#isDraining = true;
  }

  /**
   * @throws ParleyError `draining`, `capacity_exhausted`, `invalid_request`
   */
  create(
    { identity, client }: Caller,
    request: Omit<z.infer<typeof createSessionRequestSchema>, 'conversation_id'>,
    earlier?: EarlierConversation,
  ) {
    const { registry, admission, context } = this.#options;
    const { providers, limits } = context;
    if (this.#isDraining) throw new ParleyError('draining');
    const { voices } = providers.synthesizer;
    const voice = request.voice ?? voices[0]!.id;
    if (!voices.some(({ id }) => id === voice)) {
      throw new ParleyError('invalid_request', {
        detail: `voice: expected one of ${voices.map(({ id }) => id).join(', ')}.`,
      });
    }
    const timeZone = request.time_zone ?? 'UTC';
    if (!isTimeZone(timeZone)) {
      throw new ParleyError('invalid_request', {
        detail: 'time_zone: expected an IANA time zone.',
      });
    }
    const sessionId = newId('sess');
    const conversationId = earlier?.id ?? newId('conv');
    const resumeToken = newSecret();
    const resumeKey = fingerprint(resumeToken);
    const grant = {
      ...{ sessionId, conversationId, history: earlier?.history },
      ...{ resumeKey, identity, client, voice, timeZone },
    };
    const hasRoom = admission.isOpen && !registry.isFull;
    const ticket = hasRoom ? this.#tickets.issue(grant) : undefined;
    if (ticket === undefined) throw new ParleyError('capacity_exhausted');
    return {
      session_id: sessionId,
      conversation_id: conversationId,
      ticket,
      resume_token: resumeToken,
      limits,
    };
  }

  /** @returns undefined if the ticket is unknown, used or expired, or there is no room */
  open(ticket: string): Session | undefined {
    const { context, registry, observers, logger } = this.#options;
    const grant = this.#tickets.redeem(ticket);
    // More tickets may be out than there is room for: most are never used.
    if (grant === undefined || this.#isDraining || registry.isFull) return undefined;
    const { sessionId, conversationId, history, resumeKey, identity, client } = grant;
    const { voice, timeZone } = grant;
    const { userId } = identity;
    const session = new Session(context, {
      id: sessionId,
      conversationId,
      identity,
      client,
      resumeKey,
      settings: { voice, timeZone, isSpoken: true },
      history,
      emit: observers.emitterOf(sessionId, userId),
      logger: logger.child({ sessionId, userId }),
      onKeptBytes: registry.replayMemory.count,
      onClosed: () => registry.remove(session),
    });
    registry.add(session);
    return session;
  }

  /**
   * The client of a call shows a newer token of the same person.
   *
   * @returns false if that person has no such call
   */
  renew(sessionId: string, identity: Identity): boolean {
    const { registry } = this.#options;
    const session = registry.ofUser(identity.userId).find(({ id }) => id === sessionId);
    if (session === undefined) return false;
    session.identity = identity;
    return true;
  }

  /** Ends all calls of a person, and those that could still be opened. */
  endAll(userId: string, reason: CloseReasonName): void {
    this.#tickets.revoke(({ identity }) => identity.userId === userId);
    for (const session of this.#options.registry.ofUser(userId)) {
      within(session, () => session.close(reason));
    }
  }
}

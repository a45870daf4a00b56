import type { z } from 'zod';
import { ParleyError, type createSessionRequestSchema, type SessionLimits } from '@parley/shared';
import type { User } from '../auth/guest-tokens.ts';
import { Tickets } from '../auth/tickets.ts';
import type { Deadlines, Limits } from '../config/config.ts';
import type { ConversationPolicy } from '../turn/conversation-options.ts';
import type { CallObservers } from '../turn/call-observers.ts';
import { Watchdog } from '../turn/watchdog.ts';
import type { Clock } from '../lib/clock.ts';
import { fingerprint, newId, newSecret } from '../lib/ids.ts';
import { isTimeZone } from '../lib/time-zone.ts';
import type { Logger } from '../lib/logger.ts';
import type { Stages } from '../stages/stages.ts';
import type { SessionRegistry } from './session-registry.ts';
import { Session } from './session.ts';

/** Tickets that may wait to be used, per session the relay may hold. */
const TICKETS_PER_SESSION = 2;

interface Grant {
  readonly sessionId: string;
  readonly resumeKey: string;
  readonly userId: string;
  readonly voice: string;
  readonly timeZone: string;
}

export interface SessionCreatorOptions {
  readonly registry: SessionRegistry;
  readonly providers: Stages;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  readonly policy?: ConversationPolicy;
  /** Looks after the turns of every session; without it, one is made. */
  readonly watchdog?: Watchdog;
  readonly observers: CallObservers;
  readonly ticketTtlMs: number;
  readonly maxSessions: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands out tickets for sessions, and makes the session when its ticket comes back. */
export class SessionCreator {
  readonly #options: SessionCreatorOptions;
  readonly #tickets: Tickets<Grant>;
  readonly #watchdog: Watchdog;
  #isDraining = false;

  constructor(options: SessionCreatorOptions) {
    this.#options = options;
    this.#watchdog = options.watchdog ?? new Watchdog({ clock: options.clock });
    this.#tickets = new Tickets({
      clock: options.clock,
      ttlMs: options.ticketTtlMs,
      limit: options.maxSessions * TICKETS_PER_SESSION,
    });
  }

  /** From now on nobody new is let in. */
  stop(): void {
    this.#isDraining = true;
  }

  /**
   * @throws ParleyError `draining`, `capacity_exhausted`, `invalid_request`
   */
  create(user: User, request: z.infer<typeof createSessionRequestSchema>) {
    const { registry, providers, limits } = this.#options;
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
    const resumeToken = newSecret();
    const grant = {
      sessionId,
      resumeKey: fingerprint(resumeToken),
      userId: user.id,
      voice,
      timeZone,
    };
    const ticket = registry.isFull ? undefined : this.#tickets.issue(grant);
    if (ticket === undefined) throw new ParleyError('capacity_exhausted');
    return {
      session_id: sessionId,
      ticket,
      resume_token: resumeToken,
      limits: sessionLimits(limits),
    };
  }

  /** @returns undefined where the ticket is unknown, used or expired, or there is no room */
  open(ticket: string): Session | undefined {
    const { registry, providers, limits, deadlines, policy, clock, logger } = this.#options;
    const { observers } = this.#options;
    const grant = this.#tickets.redeem(ticket);
    // More tickets may be out than there is room for: not everyone who has one comes.
    if (grant === undefined || this.#isDraining || registry.isFull) return undefined;
    const session = new Session({
      id: grant.sessionId,
      resumeKey: grant.resumeKey,
      providers,
      settings: { voice: grant.voice, timeZone: grant.timeZone, isSpoken: true },
      limits: sessionLimits(limits),
      deadlines,
      policy,
      watchdog: this.#watchdog,
      emit: observers.emitterOf(grant.sessionId, grant.userId),
      clock,
      logger: logger.child({ sessionId: grant.sessionId, userId: grant.userId }),
      onClosed: (closed) => registry.remove(closed),
    });
    registry.add(session);
    return session;
  }
}

function sessionLimits(limits: Limits): SessionLimits {
  return {
    session_duration_ms: limits.sessionDurationMs,
    idle_ms: limits.idleMs,
    utterance_ms: limits.utteranceMs,
    resume_window_ms: limits.resumeWindowMs,
    heartbeat_ms: limits.heartbeatMs,
  };
}

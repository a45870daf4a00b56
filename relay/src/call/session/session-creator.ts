import type { z } from 'zod';
import { ParleyError, type CloseReasonName, type createSessionRequestSchema } from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import { Tickets } from '../../people/auth/tickets.ts';
import { LimitReached } from '../../people/limits/limit-reached.ts';
import type { Limiter } from '../../people/limits/limiter.ts';
import type { Plan } from '../../people/limits/plans.ts';
import type { History } from '../turn/remembering/history.ts';
import type { Stages } from '../stages/stages.ts';
import type { CallObservers } from '../events/call-observers.ts';
import type { TurnBudget } from '../turn/turn-budget.ts';
import { sessionFields, type SessionTraces } from '../../watching/logs/session-fields.ts';
import { traceWork, within } from '../../base/lib/error-boundary.ts';
import { fingerprint, newId, newSecret } from '../../base/lib/ids.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Admission } from './admission.ts';
import type { Room, SessionRegistry } from './session-registry.ts';
import { languageAmong } from '../stages/languages.ts';
import { voiceIn } from './session-settings.ts';
import {
  languagesIn,
  limitsOf,
  type SessionContext,
  type SessionOptions,
  type SpendingDesk,
} from './session-options.ts';
import { Session } from './session.ts';

/** Tickets that may wait to be used, of all guests and of all accounts: a few megabytes each. */
const MAX_TICKETS = 10_000;

/** The caller who asks for a session, with which program, and from where. */
export interface Caller extends Pick<SessionOptions, 'identity' | 'client'> {
  readonly address: string;
}

/** A conversation that a session continues. */
export interface EarlierConversation {
  readonly id: string;
  readonly history: History;
}

interface Grant extends Caller, Pick<SessionOptions, 'tags'> {
  readonly sessionId: string;
  readonly resumeKey: string;
  readonly conversationId: string;
  readonly history: History | undefined;
  readonly voice: string;
  readonly language: string;
  readonly timeZone: string;
}

export interface SessionCreatorOptions {
  readonly context: Omit<SessionContext, 'providers'>;
  readonly registry: SessionRegistry;
  readonly admission: Pick<Admission, 'isOpen'>;
  readonly observers: CallObservers;
  /** The money of sessions; without it nothing limits them. */
  readonly spending?: SpendingDesk | undefined;
  readonly ticketTtlMs: number;
  readonly limiter: Pick<Limiter, 'checkSession' | 'countSession'>;
  readonly planOf: (name: string) => Plan;
  /** @throws ParleyError `plan_excludes` */
  readonly providersOf: (plan: Plan) => Stages;
  /** Whether no new session is let in. */
  readonly isDraining: () => boolean;
  readonly logger: Logger;
  /** undefined: sessions are not traced. */
  readonly traces?: SessionTraces | undefined;
}

/** Hands out tickets for sessions, and makes the session when its ticket comes back. */
export class SessionCreator {
  readonly #options: SessionCreatorOptions;
  /** Apart, so that guests cannot make those of accounts invalid. */
  readonly #tickets: Readonly<Record<Identity['kind'], Tickets<Grant>>>;
  /** Of the sessions that run: each has a level of its own, that of the relay when it began. */
  readonly #loggers = new Set<Logger>();

  constructor(options: SessionCreatorOptions) {
    this.#options = options;
    const { ticketTtlMs: ttlMs, context } = options;
    const tickets = () => new Tickets<Grant>({ clock: context.clock, ttlMs, limit: MAX_TICKETS });
    this.#tickets = { guest: tickets(), account: tickets() };
  }

  /**
   * @throws ParleyError `draining`, `budget_exhausted`, `capacity_exhausted`, `invalid_request`,
   *   `too_many_sessions`, `rate_limited`, `plan_excludes`
   */
  create(
    caller: Caller,
    request: Omit<z.infer<typeof createSessionRequestSchema>, 'conversation_id'>,
    earlier?: EarlierConversation,
  ) {
    const { identity, client, address } = caller;
    const { planOf, providersOf, isDraining } = this.#options;
    const context = { ...this.#options.context, providers: providersOf(planOf(identity.plan)) };
    if (isDraining()) throw new ParleyError('draining');
    const offered = languagesIn(context);
    const language = languageAmong(offered, request.language ?? offered[0]);
    if (language === undefined) {
      throw new ParleyError('invalid_request', {
        detail: `language: expected one of ${offered.join(', ')}.`,
      });
    }
    const { voices } = context.providers.synthesizer.offer(language);
    const voice =
      request.voice === undefined
        ? (voices[0]?.id ?? '')
        : voiceIn(context, language, request.voice);
    if (voice === undefined) {
      throw new ParleyError('invalid_request', {
        detail: `voice: expected one of ${voices.map(({ id }) => id).join(', ')}.`,
      });
    }
    const timeZone = request.time_zone ?? 'UTC';
    this.#check(caller);
    this.#options.spending?.admit(identity);
    const sessionId = newId('sess');
    const conversationId = earlier?.id ?? newId('conv');
    const resumeToken = newSecret();
    const resumeKey = fingerprint(resumeToken);
    const grant = {
      ...{ sessionId, conversationId, history: earlier?.history },
      ...{ resumeKey, identity, client, address, voice, language, timeZone },
      tags: [...new Set(request.tags)],
    };
    const ticket = this.#tickets[identity.kind].issue(grant, identity.userId);
    this.#options.limiter.countSession(identity, address);
    return {
      session_id: sessionId,
      conversation_id: conversationId,
      ticket,
      resume_token: resumeToken,
      limits: limitsOf(context, identity),
    };
  }

  /** Pays for the summary that a call begins with; undefined: nothing limits it. */
  budgetBefore(
    sessionId: string,
    { identity, address }: Pick<Caller, 'identity' | 'address'>,
  ): (TurnBudget & Disposable) | undefined {
    return this.#options.spending?.prepare(sessionId, identity, address);
  }

  /** The session will not be begun with this ticket; it counts as none that is open. */
  takeBack(ticket: string): void {
    const { account, guest } = this.#tickets;
    if (account.redeem(ticket) === undefined) guest.redeem(ticket);
  }

  /**
   * @returns undefined if the ticket is unknown, used or expired
   * @throws ParleyError `draining`
   * @throws LimitReached if there is no room: more tickets may be out, because most are never used
   */
  open(ticket: string): Session | undefined {
    const { registry, observers, planOf, providersOf, logger, traces } = this.#options;
    const { account, guest } = this.#tickets;
    // The ticket stays valid: its client may come back when the relay lets calls in again.
    if (this.#options.isDraining()) throw new ParleyError('draining');
    const grant = account.redeem(ticket) ?? guest.redeem(ticket);
    if (grant === undefined) return undefined;
    const room = this.#roomFor(grant.identity);
    if (room.kind === 'in-place-of') room.session.close('sessionGone');
    const { sessionId, conversationId, history, resumeKey, identity, client, address } = grant;
    const { voice, language, timeZone, tags } = grant;
    const { userId } = identity;
    const providers = providersOf(planOf(identity.plan));
    const sessionLogger = logger.child(sessionFields({ sessionId, userId, tags }, traces));
    const trace = traces && {
      id: traces.traceIdOf(sessionId),
      work: traces.workTraceOf(sessionId),
    };
    const session = new Session(
      { ...this.#options.context, providers },
      {
        id: sessionId,
        conversationId,
        identity,
        client,
        tags,
        spending: this.#options.spending?.open(sessionId, identity, address),
        resumeKey,
        settings: { voice, language, timeZone, isSpoken: true, eagerness: 'medium' },
        history,
        emit: observers.emitterOf(sessionId, userId),
        logger: sessionLogger,
        trace,
        onKeptBytes: registry.replayMemory.count,
        onClosed: () => {
          registry.remove(session);
          this.#loggers.delete(sessionLogger);
        },
      },
    );
    registry.add(session);
    this.#loggers.add(sessionLogger);
    if (trace !== undefined) traceWork(session, trace.work);
    return session;
  }

  /** For the sessions that run already. */
  setLogLevel(level: string): void {
    for (const logger of this.#loggers) logger.level = level;
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
    for (const tickets of Object.values(this.#tickets)) tickets.revokeOf(userId);
    for (const session of this.#options.registry.ofUser(userId)) {
      within(session, () => session.close(reason));
    }
  }

  /** Checks the conditions that hold before anything is counted. */
  #check({ identity, address }: Caller): void {
    const { admission, limiter, planOf } = this.#options;
    if (!admission.isOpen) throw new LimitReached('lateness', 'capacity_exhausted');
    this.#roomFor(identity);
    limiter.checkSession(identity, address);
    const { openTickets } = planOf(identity.plan);
    const waitMs = this.#tickets[identity.kind].waitMs(identity.userId, openTickets);
    if (waitMs > 0) throw new LimitReached('user-tickets', 'rate_limited', waitMs);
  }

  /** @throws LimitReached */
  #roomFor(identity: Identity): Exclude<Room, { readonly kind: 'full' }> {
    const { registry, planOf } = this.#options;
    const room = registry.roomFor(identity, planOf(identity.plan).concurrentSessions);
    if (room.kind !== 'full') return room;
    const isUsers = room.limit === 'user-sessions';
    throw new LimitReached(room.limit, isUsers ? 'too_many_sessions' : 'capacity_exhausted');
  }
}

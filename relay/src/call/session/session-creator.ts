import type { z } from 'zod';
import { ParleyError, type CloseReasonName, type createSessionRequestSchema } from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import { Tickets, type Issued, type TicketOffice } from '../../people/auth/tickets.ts';
import { LimitReached } from '../../people/limits/limit-reached.ts';
import type { Limiter, SessionCount } from '../../people/limits/limiter.ts';
import type { Plan } from '../../people/limits/plans.ts';
import { History } from '../turn/remembering/history.ts';
import type { Stages } from '../stages/stages.ts';
import type { CallObservers } from '../events/call-observers.ts';
import type { TurnBudget } from '../turn/turn-budget.ts';
import { sessionFields, type SessionTraces } from '../../watching/logs/session-fields.ts';
import { traceWork, within } from '../../base/lib/error-boundary.ts';
import { fingerprint, newId, newSecret } from '../../base/lib/ids.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Admission } from './admission.ts';
import type { Room, SessionRegistry } from './session-registry.ts';
import type { SessionSnapshot, SnapshotKeeper } from './session-snapshot.ts';
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

/** What a ticket stands for. */
export interface Grant extends Caller, Pick<SessionOptions, 'tags'> {
  readonly sessionId: string;
  readonly resumeKey: string;
  readonly conversationId: string;
  /** Whether the conversation has begun in an earlier call. */
  readonly isContinued: boolean;
  /** undefined if it has not, or another relay issued the ticket. */
  readonly history?: History | undefined;
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
  /** Of all relays that share a memory; by default this one issues and redeems its own. */
  readonly tickets?: TicketOffice<Grant> | undefined;
  /** What was said before in a conversation that another relay let go on. */
  readonly historyOf?: (grant: Grant) => Promise<History | undefined>;
  /** Keeps calls where other relays find them; undefined: this relay is the only one. */
  readonly keeper?: SnapshotKeeper | undefined;
  readonly limiter: Pick<Limiter, 'takeSession' | 'enter' | 'leave'>;
  readonly planOf: (name: string) => Plan;
  /** @throws ParleyError `plan_excludes` */
  readonly providersOf: (plan: Plan) => Stages;
  /** Whether no new session is let in. */
  readonly isDraining: () => boolean;
  /** Whether no other relay lets one in either; by default as `isDraining`. */
  readonly isClosed?: () => boolean;
  readonly logger: Logger;
  /** undefined: sessions are not traced. */
  readonly traces?: SessionTraces | undefined;
}

/** Hands out tickets for sessions, and makes the session when its ticket comes back. */
export class SessionCreator {
  readonly #options: SessionCreatorOptions;
  /** Apart, so that guests cannot make those of accounts invalid. */
  readonly #tickets: Readonly<Record<Identity['kind'], TicketOffice<Grant>>>;
  /** Of the sessions that run: each has a level of its own, that of the relay when it began. */
  readonly #loggers = new Set<Logger>();

  constructor(options: SessionCreatorOptions) {
    this.#options = options;
    const { ticketTtlMs: ttlMs, context } = options;
    const tickets = () =>
      options.tickets ?? new Tickets<Grant>({ clock: context.clock, ttlMs, limit: MAX_TICKETS });
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
    const { planOf, providersOf, isDraining, isClosed = isDraining } = this.#options;
    const context = { ...this.#options.context, providers: providersOf(planOf(identity.plan)) };
    if (isClosed()) throw new ParleyError('draining');
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
    const sessionId = newId('sess');
    const conversationId = earlier?.id ?? newId('conv');
    const resumeToken = newSecret();
    const resumeKey = fingerprint(resumeToken);
    const grant = {
      ...{
        sessionId,
        conversationId,
        isContinued: earlier !== undefined,
        history: earlier?.history,
      },
      ...{ resumeKey, identity, client, address, voice, language, timeZone },
      tags: [...new Set(request.tags)],
    };
    const created = (ticket: string) => ({
      session_id: sessionId,
      conversation_id: conversationId,
      ticket,
      resume_token: resumeToken,
      limits: limitsOf(context, identity),
    });
    return settled(this.#issue(grant), created);
  }

  /**
   * Lets a session in, and counts it. What other relays know is asked for one after the other, so
   * that nothing is counted that is refused for another reason.
   */
  #issue(grant: Grant): MaybePromise<string> {
    const { admission, limiter, planOf, spending } = this.#options;
    const { identity, address } = grant;
    if (!admission.isOpen) throw new LimitReached('lateness', 'capacity_exhausted');
    const { openTickets, concurrentSessions } = planOf(identity.plan);
    // One of theirs would end.
    const most = concurrentSessions + (this.#roomFor(identity).kind === 'in-place-of' ? 1 : 0);
    const issued = (taken: SessionCount) => (given: Issued) => {
      if ('waitMs' in given) throw new LimitReached('user-tickets', 'rate_limited', given.waitMs);
      taken.count();
      return given.ticket;
    };
    return settled(limiter.takeSession(identity, address, most), (taken) =>
      orElse(
        () =>
          settled(spending?.admit(identity), () =>
            settled(
              this.#tickets[identity.kind].issue(grant, identity.userId, openTickets),
              issued(taken),
            ),
          ),
        taken.undo,
      ),
    );
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
    void Promise.resolve(this.#redeem(ticket)).catch(() => {});
  }

  /**
   * @returns undefined if the ticket is unknown, used or expired
   * @throws ParleyError `draining`
   * @throws LimitReached if there is no room: more tickets may be out, because most are never used
   */
  open(ticket: string): MaybePromise<Session | undefined> {
    // The ticket stays valid: its client may come back when the relay lets calls in again.
    if (this.#options.isDraining()) throw new ParleyError('draining');
    return settled(this.#redeem(ticket), (grant) => {
      if (grant === undefined) return undefined;
      const { historyOf } = this.#options;
      if (!grant.isContinued || grant.history !== undefined || historyOf === undefined) {
        return this.#begin(grant);
      }
      return historyOf(grant).then((history) => this.#begin({ ...grant, history }));
    });
  }

  /** Goes on with a call that another relay held. It is let in whatever the room. */
  adopt(snapshot: SessionSnapshot): Session {
    const { sessionId, identity } = snapshot.grant;
    const room = { userId: identity.userId, most: Infinity };
    void Promise.resolve(this.#options.limiter.enter(room, sessionId, undefined)).catch(() => {});
    return this.#open(snapshot.grant, snapshot);
  }

  #redeem(ticket: string): MaybePromise<Grant | undefined> {
    const { account, guest } = this.#tickets;
    if (account === guest) return account.redeem(ticket);
    return settled(account.redeem(ticket), (grant) => grant ?? guest.redeem(ticket));
  }

  /** @throws LimitReached if there is no room */
  #begin(grant: Grant): MaybePromise<Session> {
    const { limiter, planOf } = this.#options;
    const { identity, sessionId } = grant;
    const begin = (room: FreeRoom) => {
      if (room.kind === 'in-place-of') room.session.close('sessionGone');
      return this.#open(grant);
    };
    const room = this.#roomFor(identity);
    const ended = room.kind === 'in-place-of' ? room.session.id : undefined;
    const { concurrentSessions: most } = planOf(identity.plan);
    const entered = limiter.enter({ userId: identity.userId, most }, sessionId, ended);
    if (!(entered instanceof Promise)) return begin(room);
    // Others may have begun in the meantime.
    return entered.then(() =>
      orElse(
        () => begin(this.#roomFor(identity)),
        () => limiter.leave(identity.userId, sessionId),
      ),
    );
  }

  #open(grant: Grant, restored?: SessionSnapshot): Session {
    const { registry, limiter, observers, planOf, providersOf, logger, traces, keeper } =
      this.#options;
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
        address,
        spending: this.#options.spending?.open(sessionId, identity, address, restored?.spent),
        resumeKey,
        settings: restored?.settings ?? {
          ...{ voice, language, timeZone },
          isSpoken: true,
          eagerness: 'medium',
        },
        history: restored === undefined ? history : new History(restored.messages),
        keeper,
        restored,
        emit: observers.emitterOf(sessionId, userId),
        logger: sessionLogger,
        trace,
        onKeptBytes: registry.replayMemory.count,
        onClosed: () => {
          registry.remove(session);
          limiter.leave(userId, sessionId);
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
    for (const tickets of new Set(Object.values(this.#tickets))) {
      void Promise.resolve(tickets.revokeOf(userId)).catch(() => {});
    }
    for (const session of this.#options.registry.ofUser(userId)) {
      within(session, () => session.close(reason));
    }
  }

  /** @throws LimitReached */
  #roomFor(identity: Identity): FreeRoom {
    const { registry, planOf } = this.#options;
    const room = registry.roomFor(identity, planOf(identity.plan).concurrentSessions);
    if (room.kind !== 'full') return room;
    const isUsers = room.limit === 'user-sessions';
    throw new LimitReached(room.limit, isUsers ? 'too_many_sessions' : 'capacity_exhausted');
  }
}

type MaybePromise<T> = T | Promise<T>;
type FreeRoom = Exclude<Room, { readonly kind: 'full' }>;

/** At once if the value is there: what was checked before still holds then. */
function settled<T, U>(
  value: MaybePromise<T>,
  follow: (value: T) => MaybePromise<U>,
): MaybePromise<U> {
  return value instanceof Promise ? value.then(follow) : follow(value);
}

/** If the work fails, now or later, it is undone. */
function orElse<T>(work: () => MaybePromise<T>, undo: () => void): MaybePromise<T> {
  const undone = (error: unknown): never => {
    undo();
    throw error;
  };
  try {
    const value = work();
    return value instanceof Promise ? value.catch(undone) : value;
  } catch (error) {
    return undone(error);
  }
}

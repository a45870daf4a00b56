import { z } from 'zod';
import {
  liveSessionSchema,
  ParleyError,
  type CloseReasonName,
  type LiveSession,
} from '@parley/shared';
import {
  HISTORY_RANGES,
  operatedSessionSchema,
  overviewSchema,
  type HistoryRange,
  type OperatedSession,
  type Overview,
  type RelayInstance,
} from '@parley/shared/monitoring-api';
import { endCalls } from '../people/accounts/account-terms.ts';
import type { Identity } from '../people/auth/identity.ts';
import { within } from '../base/lib/error-boundary.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import { grantSchema } from '../call/session/session-snapshot.ts';
import type { Session } from '../call/session/session.ts';
import type { Asking, Bus } from './bus.ts';
import type { Peer, Replicas, ReplicaState } from './replicas.ts';
import { SharedMemoryAway } from './shared-memory.ts';

/** A relay in the same network answers in milliseconds. */
const ANSWER_MS = 500;
/** If it asks others itself. */
const OVERVIEW_MS = 1_000;
/** If what a call has left must be known first: observers have ten seconds for that. */
const ENDED_MS = 11_000;
/** Calls that one answer lists, like those of one relay. */
const MAX_LISTED = 200;

const REASONS = ['signedOut', 'endedElsewhere', 'endedByOperator'] as const;

const endSchema = z.object({
  ask: z.literal('end'),
  /** Those that are named must all fit. */
  userId: z.string().optional(),
  sessionId: z.string().optional(),
  conversationId: z.string().optional(),
  reason: z.enum(REASONS satisfies readonly CloseReasonName[]),
  /** Whether the answer is given once observers know of the end. */
  waits: z.boolean().optional(),
});

const questionSchema = z.discriminatedUnion('ask', [
  endSchema,
  z.object({ ask: z.literal('calls'), userId: z.string() }),
  z.object({
    ask: z.literal('renew'),
    sessionId: z.string(),
    identity: grantSchema.shape.identity,
  }),
  /** The calls that operators see. */
  z.object({ ask: z.literal('live') }),
  z.object({ ask: z.literal('overview'), range: z.enum(HISTORY_RANGES) }),
  z.object({ ask: z.literal('reset'), serviceId: z.string() }),
]);

/** Which calls to end, and why. Of one person, unless an operator asks. */
export type Ending = Omit<z.infer<typeof endSchema>, 'ask'>;

/** What a relay says of the calls that it holds. */
export interface OwnCalls {
  readonly sessions: { renew(sessionId: string, identity: Identity): boolean };
  readonly registry: Pick<SessionRegistry, 'ofUser' | 'byId'>;
  readonly monitor: {
    liveSessions(): readonly OperatedSession[];
    overview(range: HistoryRange): Overview;
    reset(serviceId: string): object | undefined;
  };
}

export interface OtherRelaysOptions {
  readonly bus: Pick<Bus, 'ask'>;
  readonly replicas: Pick<Replicas, 'id' | 'peers'>;
  readonly describe: () => ReplicaState;
}

/** The calls that other relays hold: what people and operators may know of them, and do. */
export class OtherRelays {
  readonly #options: OtherRelaysOptions;

  constructor(options: OtherRelaysOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#options.replicas.id;
  }

  get peers(): readonly Peer[] {
    return this.#options.replicas.peers;
  }

  /** All relays, this one first, the others from the oldest on. */
  list(): RelayInstance[] {
    const { describe } = this.#options;
    const others = this.peers.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
    return [{ id: this.id, ...describe() }, ...others].map((relay) => ({
      id: relay.id,
      is_this: relay.id === this.id,
      url: relay.peerUrl,
      state: relay.state,
      version: relay.version,
      calls: relay.calls,
      started_at: new Date(relay.startedAtMs).toISOString(),
    }));
  }

  /** Never rejects: of relays that do not answer, nothing is listed. */
  async callsOf(userId: string): Promise<LiveSession[]> {
    const answers = await this.#ask({ ask: 'calls', userId }).catch(() => []);
    return listsOf(answers, z.array(liveSessionSchema)).slice(0, MAX_LISTED);
  }

  /** @returns whether there was one. @throws ParleyError `storage_unavailable` */
  async end(ending: Ending): Promise<boolean> {
    const isOne = ending.sessionId !== undefined;
    const answers = await this.#ask(
      { ask: 'end', ...ending },
      {
        deadlineMs: ending.waits === true ? ENDED_MS : ANSWER_MS,
        isEnough: (answer) => isOne && answer === true,
      },
    );
    return answers.includes(true);
  }

  /** @returns false if no relay has such a call. @throws ParleyError `storage_unavailable` */
  async renew(sessionId: string, identity: Identity): Promise<boolean> {
    const question = { ask: 'renew', sessionId, identity } as const;
    const isEnough = (answer: unknown) => answer === true;
    return (await this.#ask(question, { deadlineMs: ANSWER_MS, isEnough })).includes(true);
  }

  /** What another relay says of itself; undefined: it is gone, or does not answer. Never rejects. */
  async overviewOf(relay: string, range: HistoryRange): Promise<Overview | undefined> {
    const asking = { deadlineMs: OVERVIEW_MS, of: relay };
    const answers = await this.#ask({ ask: 'overview', range }, asking).catch(() => []);
    return z.safeParse(overviewSchema, answers[0]).data;
  }

  /** Takes a provider's failures from the record of all others. Never rejects. */
  async reset(serviceId: string): Promise<void> {
    await this.#ask({ ask: 'reset', serviceId }).catch(() => []);
  }

  /** Adds the relays, and the calls of the others. Never rejects. */
  async withOthers(overview: Overview): Promise<Overview> {
    const own = overview.sessions.map((session) => ({ ...session, relay: this.id }));
    const answers = await this.#ask({ ask: 'live' }).catch(() => []);
    const sessions = [...own, ...listsOf(answers, z.array(operatedSessionSchema))];
    const relays = this.list();
    return {
      ...overview,
      relays,
      sessions: sessions
        .toSorted(
          (a, b) => Number(b.stuck) - Number(a.stuck) || a.started_at.localeCompare(b.started_at),
        )
        .slice(0, MAX_LISTED),
      sessions_total: relays.reduce((sum, { calls }) => sum + calls, 0),
    };
  }

  /** What this relay answers when another asks. Rejects what it does not know. */
  async answer(json: unknown, { sessions, registry, monitor }: OwnCalls): Promise<unknown> {
    const question = questionSchema.parse(json);
    switch (question.ask) {
      case 'calls':
        return registry.ofUser(question.userId).map(({ summary }) => summary);
      case 'renew':
        return sessions.renew(question.sessionId, question.identity);
      case 'live':
        return monitor.liveSessions().map((session) => ({ ...session, relay: this.id }));
      case 'overview':
        return this.withOthers(monitor.overview(question.range));
      case 'reset':
        return monitor.reset(question.serviceId) !== undefined;
      case 'end': {
        const calls = callsFor(question, registry);
        const ended = endCalls(calls, question.reason);
        if (question.waits === true) await ended;
        return calls.length > 0;
      }
    }
  }

  async #ask(
    question: z.input<typeof questionSchema>,
    asking: Asking = { deadlineMs: ANSWER_MS },
  ): Promise<readonly unknown[]> {
    try {
      return await this.#options.bus.ask(question, asking);
    } catch (cause) {
      if (!(cause instanceof SharedMemoryAway)) throw cause;
      const detail = 'Redis is away, so the other relays cannot be asked.';
      throw new ParleyError('storage_unavailable', { cause, detail });
    }
  }
}

/** Of a person who signed out at another relay: what began before that ends. */
export function endEarlier(
  registry: Pick<SessionRegistry, 'ofUser'>,
  userId: string,
  untilMs: number,
): void {
  for (const session of registry.ofUser(userId)) {
    if (Date.parse(session.summary.started_at) >= untilMs) continue;
    within(session, () => session.close('signedOut'));
  }
}

function callsFor(
  { userId, sessionId, conversationId }: Ending,
  registry: OwnCalls['registry'],
): readonly Session[] {
  const byId = sessionId === undefined ? undefined : registry.byId(sessionId);
  const known =
    userId === undefined ? [byId].filter((one) => one !== undefined) : registry.ofUser(userId);
  return known.filter(
    ({ id, summary }) =>
      (sessionId === undefined || id === sessionId) &&
      (conversationId === undefined || summary.conversation_id === conversationId),
  );
}

/** What could not be read is left out: a relay of another version may say it otherwise. */
function listsOf<T>(answers: readonly unknown[], schema: z.core.$ZodType<T[]>): T[] {
  return answers.flatMap((answer) => z.safeParse(schema, answer).data ?? []);
}

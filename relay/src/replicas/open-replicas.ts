import type { Config } from '../base/config/config.ts';
import type { ReplicaConfig } from '../base/config/replica-settings.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { Problems } from '../base/lib/problems.ts';
import type { Grant, SessionCreator } from '../call/session/session-creator.ts';
import type { SessionRegistry } from '../call/session/session-registry.ts';
import { grantSchema } from '../call/session/session-snapshot.ts';
import { Tickets } from '../people/auth/tickets.ts';
import type { SignIn } from '../people/auth/sign-in.ts';
import type { RelaySettings } from '../people/limits/relay-settings.ts';
import { Bus } from './bus.ts';
import type { SharedMoney } from '../people/accounts/money.ts';
import { Allotments } from './allotments.ts';
import { CallRouter } from './call-router.ts';
import { CallSnapshots } from './call-snapshots.ts';
import { endEarlier, OtherRelays, type OwnCalls } from './other-relays.ts';
import { PeerTails, type PeerLogs } from './peer-tails.ts';
import { Replicas, type ReplicaState } from './replicas.ts';
import { SharedMemory } from './shared-memory.ts';
import { SharedRates } from './shared-rates.ts';
import { SharedSeal } from './shared-seal.ts';
import { SharedSettings } from './shared-settings.ts';
import { SharedSignOuts } from './shared-sign-outs.ts';
import { SharedTickets } from './shared-tickets.ts';

/** Tickets that may wait to be used while Redis is away. */
const MAX_OWN_TICKETS = 10_000;

export interface OpenReplicasOptions {
  readonly config: Pick<Config, 'authSecret' | 'limits' | 'storage' | 'ticketTtlMs'>;
  readonly replicas: ReplicaConfig;
  readonly describe: () => Omit<ReplicaState, 'peerUrl'>;
  /** undefined: the relay counts no money. */
  readonly money: SharedMoney | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** Everything by which this relay is one of several. */
export type OpenReplicas = Awaited<ReturnType<typeof openReplicas>>;

/** Joins the relays that share a Redis. It may be away: then it is joined once it is there. */
export async function openReplicas(options: OpenReplicasOptions) {
  const { config, replicas: own, describe, money, clock, logger, problems } = options;
  await using parts = new AsyncDisposableStack();
  const memory = parts.use(new SharedMemory({ url: own.redisUrl, clock, logger, problems }));
  const authSecret = config.authSecret!;
  const seal = new SharedSeal(authSecret);
  const described = () => ({ ...describe(), peerUrl: own.peerUrl });
  const replicas = parts.use(new Replicas({ memory, seal, clock, describe: described }));
  await memory.untilThere();
  // Before the first client, so that each knows the others.
  await replicas.renew().catch(() => {});
  const bus = parts.use(new Bus({ memory, seal, replicas, clock, logger }));
  const others = new OtherRelays({ bus, replicas, describe: described });
  const { limits, storage, ticketTtlMs: ttlMs } = config;
  const snapshots = new CallSnapshots({
    replicas,
    seal: new SharedSeal(authSecret, storage.sealing),
    keepsWords: storage.transcripts !== 'off',
    ttlMs: limits.session_duration_ms + limits.resume_window_ms,
    logger,
  });
  const ownTickets = new Tickets<Grant>({ clock, ttlMs, limit: MAX_OWN_TICKETS });
  const tickets = new SharedTickets<Grant>({
    ...{ memory, seal, ttlMs },
    schema: grantSchema,
    own: ownTickets,
  });
  parts.use(money && new Allotments({ ...money, memory, replicas, own, clock, logger }));
  const rates = new SharedRates({ memory, replicas });
  const open = parts.move();
  return {
    memory,
    replicas,
    snapshots,
    tickets,
    rates,
    /** Whether another relay takes calls. */
    hasPeers: () => replicas.peers.some(({ state }) => state !== 'draining'),
    others,
    logs: {
      id: replicas.id,
      tailsFor: (follower) =>
        new PeerTails({ ...follower, peers: () => replicas.peers, authSecret, clock }),
    } satisfies PeerLogs,
    /** From now on this relay knows what the others know: who signed out, and the settings. */
    begin: (rooms: Rooms) => shareKnowledge({ memory, seal, bus, others, ownTickets }, rooms),
    routerFor(calls: {
      readonly signIn: Pick<SignIn, 'hasSignedOut'>;
      readonly sessions: Pick<SessionCreator, 'adopt'>;
      readonly registry: Pick<SessionRegistry, 'find' | 'all'>;
      readonly isDraining: () => boolean;
    }) {
      memory.onBack(() => {
        for (const session of calls.registry.all) session.keepAnew();
        rates.countAnew(calls.registry.all);
      });
      return new CallRouter({
        replicas,
        snapshots,
        isHere: ({ resumeKey, ticket }) =>
          (resumeKey !== undefined && calls.registry.find(resumeKey) !== undefined) ||
          (ticket !== undefined && ownTickets.has(ticket)),
        isMemoryThere: () => memory.isThere,
        isDraining: calls.isDraining,
        adopt: (snapshot) => {
          const { identity, resumeKey } = snapshot.grant;
          // No relay was left that could have ended the call at that moment.
          const isOver = calls.signIn.hasSignedOut(identity, snapshot.startedAtMs);
          if (isOver) snapshots.forget(resumeKey);
          else calls.sessions.adopt(snapshot);
        },
        authSecret,
        clock,
        logger,
      });
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** What all relays know, and what they ask each other about. */
interface Rooms extends OwnCalls {
  readonly signIn: SignIn;
  readonly settings: RelaySettings;
}

interface Shared {
  readonly memory: SharedMemory;
  readonly seal: SharedSeal;
  readonly bus: Bus;
  readonly others: OtherRelays;
  readonly ownTickets: Tickets<Grant>;
}

async function shareKnowledge({ memory, seal, bus, others, ownTickets }: Shared, rooms: Rooms) {
  const { registry, signIn, settings } = rooms;
  const kept = new SharedSettings({ memory, seal, bus });
  settings.keepIn(kept);
  const takeSettings = async () => {
    const newest = await kept.sync(settings.kept);
    if (newest !== undefined) await settings.take(newest);
  };
  const signOuts = new SharedSignOuts({
    memory,
    bus,
    signOuts: signIn.signOuts,
    endOf: (userId, untilMs) => {
      // Tickets of Redis are revoked where the person signed out.
      ownTickets.revokeOf(userId);
      endEarlier(registry, userId, untilMs);
    },
  });
  await bus.begin({
    hear: (message) =>
      message.type === 'signed-out' ? signOuts.learn(message.what) : takeSettings(),
    answer: (question) => others.answer(question, rooms),
    catchUp: [takeSettings, () => signOuts.catchUp()],
  });
}

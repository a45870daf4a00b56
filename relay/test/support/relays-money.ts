import { createClient } from '@redis/client';
import { systemClock } from '../../src/base/lib/clock.ts';
import { FakeClock } from '../../src/base/lib/clock.fake.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { BudgetDay } from '../../src/people/metering/budget-day.ts';
import { Budgets, type DaySpending, type Payer } from '../../src/people/metering/budgets.ts';
import { Allotments } from '../../src/replicas/allotments.ts';
import { SharedMemory, SharedMemoryAway } from '../../src/replicas/shared-memory.ts';
import { RedisServer } from './redis-server.ts';

const NOON_MS = Date.UTC(2026, 10, 22, 12);
export const RESERVATION = 10;
export const CAPS = { day: 40, guests: 50, instance: 90 };
export const USERS: readonly Payer[] = [
  { userId: 'anna', kind: 'account', plan: 'default' },
  { userId: 'ben', kind: 'account', plan: 'default' },
  { userId: 'guest_1', kind: 'guest', plan: 'guest' },
  { userId: 'guest_2', kind: 'guest', plan: 'guest' },
];

type Redis = ReturnType<typeof createClient>;

/** A Redis, as relays see it, and as the test sees it. */
export async function startRedis() {
  await using parts = new AsyncDisposableStack();
  const server = parts.use(await RedisServer.start());
  const memory = parts.use(
    new SharedMemory({
      url: server.url,
      clock: systemClock,
      logger: silentLogger,
      problems: new Problems(systemClock),
    }),
  );
  const redis = parts.adopt(createClient({ url: server.url }), (client) => client.destroy());
  redis.on('error', () => {});
  await Promise.all([memory.untilThere(), redis.connect()]);
  const open = parts.move();
  return { memory, redis: redis as Redis, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** What all relays have in common. */
export class World {
  readonly redis: Redis;
  readonly memory: SharedMemory;
  readonly clock = new FakeClock();
  readonly entries: { readonly day: string; readonly payer: Payer; readonly amount: number }[] = [];
  readonly alive = new Set<string>();
  readonly relays: Relay[] = [];
  nowMs = NOON_MS;
  isAway = false;
  caps = CAPS;
  turnMicroUsd = 2;
  #names = 0;

  constructor({ redis, memory }: Pick<World, 'redis' | 'memory'>) {
    this.redis = redis;
    this.memory = memory;
  }

  get day(): string {
    return new Date(this.nowMs).toISOString().slice(0, 10);
  }

  name(): string {
    return String(++this.#names);
  }

  async start(): Promise<Relay> {
    const relay = new Relay(this, `relay_${this.name()}`);
    this.relays.push(relay);
    this.alive.add(relay.url);
    await this.redis.set(`parley:replica:${relay.id}`, 'here');
    await relay.allotments.refresh();
    return relay;
  }

  /** As a process that is killed: nothing of it is written any more. */
  crash(relay: Relay): void {
    this.relays.splice(this.relays.indexOf(relay), 1);
    this.alive.delete(relay.url);
    relay.isCut = true;
  }

  spent(isTheirs: (payer: Payer) => boolean = () => true): number {
    return this.entries
      .filter(({ day, payer }) => day === this.day && isTheirs(payer))
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  ledgerToday(): DaySpending {
    const users = USERS.map(
      ({ userId }) => [userId, this.spent((payer) => payer.userId === userId)] as const,
    );
    return {
      day: this.day,
      instanceMicroUsd: this.spent(),
      guestsMicroUsd: this.spent(({ kind }) => kind === 'guest'),
      byUser: Object.fromEntries(users),
    };
  }

  /** What Redis knows of an account. */
  async account(name: string): Promise<{ readonly spent: number; readonly held: number }> {
    const { s = 0, h = 0 } = await this.redis.hGetAll(`parley:money:${this.day}:of:${name}`);
    return { spent: Number(s), held: Number(h) };
  }

  async rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round++) {
      for (const { allotments } of this.relays) await allotments.refresh();
    }
  }

  /**
   * Until all leases that are over are noticed, and the ledger is compared with a new memory. Of a
   * relay that died in its first second nobody knows where it was: that takes longer.
   */
  async untilGivenBack(): Promise<void> {
    for (let second = 0; second < 40; second++) {
      if (second > 5 && (await this.redis.sCard('parley:money:relays')) === this.relays.length) {
        break;
      }
      await this.clock.advance(1_000);
      await this.rounds(1);
    }
  }

  /** By how much the cap is overspent that is overspent most, micro-dollars. */
  get overspent(): number {
    const users = USERS.map(
      ({ userId }) => this.spent((payer) => payer.userId === userId) - CAPS.day,
    );
    const guests = this.spent(({ kind }) => kind === 'guest') - CAPS.guests;
    return Math.max(...users, guests, this.spent() - CAPS.instance);
  }
}

interface Turn {
  readonly id: string;
  readonly session: string;
  readonly payer: Payer;
  left: number;
}

/** One relay's money. */
export class Relay {
  readonly id: string;
  readonly url: string;
  readonly budgets: Budgets;
  readonly allotments: Allotments;
  /** Redis cannot be reached from here. */
  isCut = false;
  /** The next answer of Redis is lost on its way. */
  losesAnswer = false;
  commands = 0;
  sessions: { readonly id: string; readonly payer: Payer }[] = [];
  turns: Turn[] = [];
  readonly #world: World;

  constructor(world: World, id: string) {
    this.#world = world;
    this.id = id;
    this.url = `http://${id}:8787`;
    this.budgets = new Budgets({
      caps: () => ({
        planOf: () => ({ budgets: { sessionMicroUsd: Infinity, dayMicroUsd: world.caps.day } }),
        instance: {
          dayMicroUsd: world.caps.instance,
          guestsDayMicroUsd: world.caps.guests,
        },
      }),
      day: new BudgetDay('UTC'),
      wallMs: () => world.nowMs,
    });
    this.allotments = new Allotments({
      budgets: this.budgets,
      turnMicroUsd: world.turnMicroUsd,
      ledgerToday: () => Promise.resolve(world.ledgerToday()),
      memory: this,
      replicas: this,
      own: { peerUrl: this.url },
      clock: world.clock,
      logger: silentLogger,
      isRefused: (url) => Promise.resolve(!world.alive.has(url)),
    });
  }

  get peers() {
    const others = this.#world.relays.filter((relay) => relay !== this);
    return others.map(({ id, url }) => ({
      ...{ id, peerUrl: url, version: '1', state: 'ok' as const },
      ...{ calls: 0, startedAtMs: 0 },
    }));
  }

  keyOf(key: string): string {
    return this.#world.memory.keyOf(key);
  }

  async run(...asked: Parameters<SharedMemory['run']>): Promise<unknown> {
    this.commands += 1;
    if (this.#world.isAway || this.isCut) throw new SharedMemoryAway('cut');
    const isLost = this.losesAnswer;
    this.losesAnswer = false;
    const answer = await this.#world.memory.run(...asked);
    if (isLost) throw new SharedMemoryAway('lost');
    return answer;
  }

  open(payer: Payer): string {
    const session = { id: this.#world.name(), payer };
    this.sessions.push(session);
    this.budgets.open(session.id, payer, 0);
    return session.id;
  }

  reserve(which: number): string | undefined {
    const session = chosen(this.sessions, which);
    if (session === undefined) return undefined;
    const id = this.#world.name();
    const outcome = this.budgets.reserve(session.id, id, { generator: RESERVATION });
    if (outcome === 'reserved') {
      this.turns.push({ id, session: session.id, payer: session.payer, left: RESERVATION });
    }
    return outcome;
  }

  use(which: number, wanted: number): void {
    const turn = chosen(this.turns, which);
    if (turn === undefined) return;
    const amount = Math.min(turn.left, wanted);
    turn.left -= amount;
    this.#world.entries.push({ day: this.#world.day, payer: turn.payer, amount });
    this.budgets.used(turn.session, turn.id, 'generator', turn.payer, amount);
  }

  settle(which: number): void {
    const turn = chosen(this.turns, which);
    if (turn === undefined) return;
    this.turns = this.turns.filter((other) => other !== turn);
    this.budgets.settle(turn.session, turn.id);
  }

  close(which: number): void {
    const session = chosen(this.sessions, which);
    if (session === undefined) return;
    this.sessions = this.sessions.filter((other) => other !== session);
    this.turns = this.turns.filter((turn) => turn.session !== session.id);
    this.budgets.close(session.id);
  }

  closeAll(): void {
    while (this.sessions.length > 0) this.close(0);
  }
}

function chosen<T>(among: readonly T[], which: number): T | undefined {
  return among[which % Math.max(1, among.length)];
}

import { connect } from 'node:net';
import { LRUCache } from 'lru-cache';
import { sleep, type Clock } from '../base/lib/clock.ts';
import { afterDeadline, OVER, withDeadline } from '../base/lib/deadline.ts';
import { newId } from '../base/lib/ids.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { DaySpending } from '../people/metering/budgets.ts';
import type { Drawn, SharedAccount } from '../people/metering/shared-accounts.ts';
import type { SharedMoney } from '../people/accounts/money.ts';
import { DRAW, GIVE_BACK, LEAVE, LIST, LOAD } from './allotment-scripts.ts';
import type { Replicas } from './replicas.ts';
import { SharedMemoryAway, type SharedMemory } from './shared-memory.ts';

/** How often the other relays learn what this one has spent. */
const ROUND_MS = 1_000;
/** A query of the database takes some milliseconds. */
const LEDGER_MS = 2_000;
/** Until the ledger is asked again, if it could not be read. */
const LEDGER_AGAIN_MS = 10_000;
/** A relay that lives accepts connections. */
const PROBE_MS = 1_000;
/** A relay that accepts connections, but has said for so long nothing to Redis, counts as gone. */
const DOUBT_MS = 30_000;
/** A Redis that has lost its memory learns within this what each relay holds. */
const CAUTION_MS = 4_000;
/** Accounts in one command, so that Redis is not held up. */
const MOST_AT_ONCE = 500;
/** Relays that were there today; each release starts new ones. */
const MAX_ADDRESSES = 1_000;
const MARK = 'money:mark';
const RELAYS = 'money:relays';

type DrawAnswer = readonly [
  mark: string,
  loaded: '' | 'known' | 'ledger',
  gone: readonly string[],
  rows: readonly number[],
];

export interface AllotmentsOptions extends SharedMoney {
  readonly memory: Pick<SharedMemory, 'run' | 'keyOf'>;
  readonly replicas: Pick<Replicas, 'id' | 'peers'>;
  /** Where the others reach this relay. */
  readonly own: { readonly peerUrl: string };
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether nothing accepts connections there; by default it is tried. Never rejects. */
  readonly isRefused?: (peerUrl: string) => Promise<boolean>;
}

/**
 * Draws the day's budgets ahead of the turns that spend them, so that a turn asks nobody. Once a
 * second the other relays learn what was spent here. While Redis is away, turns are paid from what
 * was drawn; when that is used, they wait, and are refused.
 */
export class Allotments implements AsyncDisposable {
  readonly #options: AllotmentsOptions;
  readonly #over = new AbortController();
  readonly #regular: Promise<void>;
  /** The round that runs, and the next. */
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  /** Of the memory that the last answer came from; one that was lost has another. */
  #mark = '';
  /** The day that was drawn from last. */
  #day = '';
  #isAllWanted = false;
  #isCautiousUntilMs = 0;
  #ledgerNextAtMs = 0;
  /** What the memory knows is compared with the ledger once more. */
  #isLedgerDue = false;
  /** Work that no round waits for: it ends by its own deadlines. */
  readonly #aside = new Map<string, Promise<void>>();
  /** Relays without a lease, since when. */
  readonly #silent = new Map<string, number>();
  /** Where those are, or were, that have had one. */
  readonly #addresses = new LRUCache<string, string>({ max: MAX_ADDRESSES });

  constructor(options: AllotmentsOptions) {
    this.#options = options;
    const { budgets, turnMicroUsd } = options;
    budgets.share({
      turnMicroUsd,
      onLow: () => void this.refresh(),
      refresh: () => this.refresh(),
    });
    this.#regular = this.#drawRegularly(this.#over.signal);
  }

  /** Resolves when the other relays know what has changed, or Redis is away. Never rejects. */
  refresh(): Promise<void> {
    if (this.#over.signal.aborted) return Promise.resolve();
    if (this.#running === undefined) return this.#begin();
    // What the running round has asked for is older than this.
    this.#next ??= this.#running.then(() => this.#begin());
    return this.#next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(OVER);
    await this.#regular;
    await this.#next;
    await this.#running;
    await Promise.all(this.#aside.values());
    const { memory, replicas, budgets } = this.#options;
    if (!(await this.#round(true))) return;
    const keys = [RELAYS, heldKey(budgets.day.day, replicas.id)];
    await memory.run(LEAVE, keys, [replicas.id]).catch(() => {});
  }

  async #drawRegularly(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.refresh();
      await sleep(this.#options.clock, ROUND_MS, signal);
    }
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#running = this.#round(false).then(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** @returns whether Redis was there */
  async #round(isLast: boolean): Promise<boolean> {
    const { budgets, logger } = this.#options;
    const isAll = this.#isAllWanted || isLast;
    this.#isAllWanted = false;
    const taken = budgets.takeChanged(isAll);
    const { day } = budgets.day;
    const asked = isLast ? taken.map((account) => ({ ...account, wanted: 0 })) : taken;
    const answers: Drawn[] = [];
    try {
      // Without accounts, too: a relay may be gone, or a memory lost.
      for (let from = 0; from === 0 || from < asked.length; from += MOST_AT_ONCE) {
        answers.push(...(await this.#draw(day, asked.slice(from, from + MOST_AT_ONCE))));
      }
      return true;
    } catch (err) {
      this.#isAllWanted ||= isAll;
      if (!(err instanceof SharedMemoryAway)) logger.error({ err }, 'budgets could not be drawn');
      return false;
    } finally {
      budgets.drawn(asked, answers, day);
    }
  }

  /** @throws SharedMemoryAway */
  async #draw(day: string, asked: readonly SharedAccount[]): Promise<readonly Drawn[]> {
    const { clock, replicas } = this.#options;
    const own = asked.map(({ allotment }) => allotment.own);
    const values = asked.flatMap(({ allotment, cap, wanted }) => [
      ...[allotment.account.name, Number.isFinite(cap) ? cap : -1],
      ...[allotment.own, allotment.told, Math.max(0, allotment.left), wanted],
    ]);
    let answer = await this.#ask(day, values);
    if (answer[1] === '') {
      await this.#load(day, answer[0]);
      answer = await this.#ask(day, values);
    }
    const [mark, loaded, gone, rows] = answer;
    if (this.#mark !== '' && mark !== this.#mark) {
      // What the others hold, this memory does not know yet.
      if (replicas.peers.length > 0) this.#isCautiousUntilMs = clock.now() + CAUTION_MS;
      this.#isAllWanted = true;
      // One that has died meanwhile has told this memory nothing.
      this.#isLedgerDue = true;
      this.#ledgerNextAtMs = clock.now() + CAUTION_MS;
    }
    this.#mark = mark;
    this.#day = day;
    if ((loaded === 'known' || this.#isLedgerDue) && clock.now() >= this.#ledgerNextAtMs) {
      this.#ledgerNextAtMs = clock.now() + LEDGER_AGAIN_MS;
      this.#doAside('ledger', () => this.#loadLedger(day, mark));
    }
    this.#judge(gone);
    return asked.flatMap(({ allotment }, index) => {
      const [spent, left] = [rows[2 * index], rows[2 * index + 1]];
      if (spent === undefined || left === undefined) return [];
      return [{ allotment, spent, left, own: own[index]! }];
    });
  }

  async #ask(day: string, accounts: readonly (string | number)[]): Promise<DrawAnswer> {
    const { memory, replicas, clock } = this.#options;
    const keys = [MARK, RELAYS, heldKey(day, replicas.id), loadedKey(day)];
    const known = replicas.peers.length > 0 ? this.#mark : '';
    const isCautious = clock.now() < this.#isCautiousUntilMs;
    const own = [replicas.id, newId('mark'), known, isCautious ? 1 : 0];
    const answer = await memory.run(DRAW, keys, [memory.keyOf(''), day, ...own, ...accounts]);
    return answer as DrawAnswer;
  }

  /** The first relay of a day, or of a memory that has lost it, says what was spent before. */
  async #load(day: string, mark: string): Promise<void> {
    const { budgets } = this.#options;
    // The day has begun under the eyes of this relay: all that is spent on it is told.
    if (this.#mark === mark && this.#day < day) return this.#tell(day, mark, 'ledger', new Map());
    const isRead = await this.#loadLedger(day, mark).then(
      () => true,
      () => false,
    );
    if (!isRead) await this.#tell(day, mark, 'known', amountsOf(budgets.today()));
  }

  /** Rejects if the ledger or Redis cannot be asked. */
  async #loadLedger(day: string, mark: string): Promise<void> {
    await this.#tell(day, mark, 'ledger', await this.#ledgerAmounts(day));
    // What is read for a memory that is new counts again once all have told what they hold.
    if (mark === this.#mark) this.#isLedgerDue = false;
  }

  /** Rejects if the ledger cannot be asked. */
  async #ledgerAmounts(day: string): Promise<ReadonlyMap<string, number>> {
    const { ledgerToday, clock } = this.#options;
    const late = () => new Error('The ledger gave no answer in time.');
    const spent = await withDeadline(ledgerToday(), LEDGER_MS, clock, late);
    return spent.day === day ? amountsOf(spent) : new Map();
  }

  async #tell(
    day: string,
    mark: string,
    how: 'known' | 'ledger',
    amounts: ReadonlyMap<string, number>,
  ): Promise<void> {
    const { memory } = this.#options;
    const values = [accountPrefix(memory, day), how, mark, ...[...amounts].flat()];
    await memory.run(LOAD, [loadedKey(day), MARK], values);
  }

  /** @param gone - relays without a lease */
  #judge(gone: readonly string[]): void {
    const { clock, replicas, own } = this.#options;
    const nowMs = clock.now();
    for (const id of this.#silent.keys()) if (!gone.includes(id)) this.#silent.delete(id);
    const there = new Map(replicas.peers.map(({ id, peerUrl }) => [id, peerUrl]));
    for (const [id, peerUrl] of there) this.#addresses.set(id, peerUrl);
    for (const id of gone) {
      const sinceMs = this.#silent.get(id) ?? nowMs;
      this.#silent.set(id, sinceMs);
      const address = this.#addresses.get(id);
      const isDoubtful = nowMs - sinceMs < DOUBT_MS;
      // The others know where it was.
      if (address === undefined && there.size > 0 && isDoubtful) continue;
      const isReplaced =
        address === own.peerUrl ||
        [...there].some(([other, peerUrl]) => other !== id && peerUrl === address);
      const asked = isDoubtful && !isReplaced ? address : undefined;
      this.#doAside(id, () => this.#giveBack(id, asked));
    }
  }

  /** @param address - where it may still be, though it says nothing to Redis */
  async #giveBack(id: string, address: string | undefined): Promise<void> {
    const {
      memory,
      budgets,
      logger,
      clock,
      isRefused = (url) => refuses(url, clock),
    } = this.#options;
    // It may only be cut off from Redis: then it goes on with what it holds.
    if (address !== undefined && !(await isRefused(address))) return;
    const { day } = budgets.day;
    const prefix = accountPrefix(memory, day);
    const keys = [RELAYS, heldKey(day, id), `replica:${id}`];
    const listed = (await memory.run(LIST, [keys[1]!], [prefix])) as readonly string[];
    // What it has spent since it last told is in the ledger; so is what others have, and they tell
    // it, too: for the rest of the day as much is counted twice, which is a second's use at most.
    const known = await this.#ledgerAmounts(day).catch(() => undefined);
    const missing = listed.flatMap((name, index) => {
      if (index % 2 === 1) return [];
      const amount = (known?.get(name) ?? 0) - Number(listed[index + 1]);
      return amount > 0 ? [name, amount] : [];
    });
    const isDone = await memory.run(GIVE_BACK, keys, [id, prefix, ...missing]);
    // Of a day that has just begun it may have told nothing.
    if (known !== undefined) await this.#tell(day, this.#mark, 'ledger', known);
    if (isDone === 1) logger.info({ from: id }, 'budgets of a relay that is gone were given back');
  }

  /** Unless the same is under way. */
  #doAside(name: string, work: () => Promise<void>): void {
    if (this.#aside.has(name) || this.#over.signal.aborted) return;
    const done = work()
      .catch(() => {})
      .finally(() => this.#aside.delete(name));
    this.#aside.set(name, done);
  }
}

/** By the names of the accounts. */
function amountsOf(spent: DaySpending): ReadonlyMap<string, number> {
  const { instanceMicroUsd, guestsMicroUsd, byUser } = spent;
  const users = Object.entries(byUser).map(
    ([userId, amount]) => [`user:${userId}`, amount] as const,
  );
  return new Map([['instance', instanceMicroUsd], ['guests', guestsMicroUsd], ...users]);
}

function heldKey(day: string, id: string): string {
  return `money:${day}:held:${id}`;
}

function loadedKey(day: string): string {
  return `money:${day}:loaded`;
}

function accountPrefix(memory: Pick<SharedMemory, 'keyOf'>, day: string): string {
  return memory.keyOf(`money:${day}:of:`);
}

/** Whether nothing accepts connections there. */
function refuses(peerUrl: string, clock: Clock): Promise<boolean> {
  const { hostname, port, protocol } = new URL(peerUrl);
  return new Promise((resolve) => {
    const socket = connect(Number(port) || (protocol === 'https:' ? 443 : 80), hostname);
    const end = (isRefused: boolean) => {
      cancel();
      socket.destroy();
      resolve(isRefused);
    };
    const cancel = afterDeadline(clock, PROBE_MS, () => end(true));
    socket.on('connect', () => end(false));
    socket.on('error', () => end(true));
  });
}

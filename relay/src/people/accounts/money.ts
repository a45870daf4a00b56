import type { MoneyConfig } from '../../base/config/money-settings.ts';
import { GUEST_ID_PREFIX } from '../auth/identity.ts';
import { OVER } from '../../base/lib/deadline.ts';
import { sleep, type Clock } from '../../base/lib/clock.ts';
import type { Logger } from '../../base/lib/logger.ts';
import type { Problems } from '../../base/lib/problems.ts';
import { BudgetDay } from '../metering/budget-day.ts';
import { Budgets, type DaySpending } from '../metering/budgets.ts';
import type { Caps } from '../metering/caps.ts';
import type { LedgerSink } from '../metering/ledger.ts';
import type { PriceList } from '../metering/price-list.ts';
import { TurnEstimate, type ProviderInUse } from '../metering/turn-estimate.ts';
import type { AdminStore } from '../../keeping/storage/storage.ts';
import { Spending } from './spending.ts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FileWriter } from '../../base/lib/file-writer.ts';
import { parseJson } from '../../base/lib/json.ts';

/** From a change until it is written; the ledger supplies what `kill -9` loses. */
const DELAY_MS = 1_000;

const amount = z.number().int().min(0);

const schema = z.object({
  day: z.iso.date(),
  instanceMicroUsd: amount,
  guestsMicroUsd: amount,
  byUser: z.record(z.string(), amount),
});

interface SpendingFileOptions {
  readonly dataDir: string;
  readonly today: () => DaySpending;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** A question and its answer, within a conversation that has gone on for a while. */
const TURN_AUDIO_MS = 10_000;
const TURN_TOKENS = 2_000;
/** Until the ledger is asked again what was spent today. */
const ASK_AGAIN_MS = 10_000;

export interface MoneyOptions {
  readonly config: MoneyConfig;
  readonly dataDir: string;
  readonly prices: PriceList;
  readonly inUse: readonly ProviderInUse[];
  readonly caps: () => Caps;
  /** What the ledger knows; rejects as long as it cannot be read. */
  readonly spentSince: AdminStore['spentSince'];
  readonly ledger: LedgerSink;
  readonly clock: Clock;
  /** ms since 1970. */
  readonly wallMs?: () => number;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** What a relay needs to count money with others. */
export interface SharedMoney {
  readonly budgets: Budgets;
  /** What one turn may cost, micro-dollars. */
  readonly turnMicroUsd: number;
  /** What the ledger knows of today; rejects if it cannot be read. */
  readonly ledgerToday: () => Promise<DaySpending>;
}

/** What a relay needs to count money. */
export interface Money extends SharedMoney, AsyncDisposable {
  readonly spending: Spending;
}

/**
 * Opens the books, with what was spent today before: at once from a small file, and later from the
 * ledger, as soon as it can be read.
 */
export async function openMoney(options: MoneyOptions): Promise<Money> {
  const { config, prices, inUse, caps, ledger } = options;
  const { dataDir, clock, logger, problems, wallMs = Date.now } = options;
  const budgets: Budgets = new Budgets({
    caps,
    day: new BudgetDay(config.timeZone),
    wallMs,
    onChange: () => file.changed(),
  });
  const today = () => budgets.today();
  const file = new SpendingFile({ dataDir, today, clock, logger, problems });
  const known = await file.read();
  if (known !== undefined) budgets.restore(known);
  const over = new AbortController();
  void askLedger(budgets, options, over.signal);
  const estimate = new TurnEstimate({ prices, inUse });
  const { generator, synthesizer } = estimate.answer(TURN_TOKENS);
  return {
    spending: new Spending({ prices, budgets, estimate, ledger, wallMs }),
    budgets,
    turnMicroUsd: estimate.hearing(TURN_AUDIO_MS) + generator + synthesizer,
    ledgerToday: () => readLedger(budgets, options),
    async [Symbol.asyncDispose]() {
      over.abort(OVER);
      await file[Symbol.asyncDispose]();
    },
  };
}

async function readLedger(
  budgets: Budgets,
  { spentSince }: Pick<MoneyOptions, 'spentSince'>,
): Promise<DaySpending> {
  const { day, beganAtMs } = budgets.day;
  const { microUsd, byUser } = await spentSince(beganAtMs);
  const isGuest = ([userId]: readonly [string, number]) => userId.startsWith(`${GUEST_ID_PREFIX}_`);
  const guests = [...byUser].filter(isGuest);
  return {
    day,
    instanceMicroUsd: microUsd,
    guestsMicroUsd: guests.reduce((sum, [, spent]) => sum + spent, 0),
    byUser: Object.fromEntries(byUser),
  };
}

/** Never rejects. */
async function askLedger(
  budgets: Budgets,
  options: MoneyOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, problems } = options;
  while (!signal.aborted) {
    try {
      budgets.restore(await readLedger(budgets, options));
      problems.clear('spending_not_read');
      return;
    } catch {
      // The database is still being started, or is away: it may be back in a while.
      await sleep(clock, ASK_AGAIN_MS, signal);
    }
  }
}

/**
 * What was spent today, in a small file: caps hold over a restart, also after `kill -9`, before the
 * database answers. Reservations count as spent, so that nothing that was under way is lost.
 */
class SpendingFile implements AsyncDisposable {
  readonly #path: string;
  readonly #options: SpendingFileOptions;
  readonly #writer: FileWriter;

  constructor(options: SpendingFileOptions) {
    const { dataDir, today, clock, logger, problems } = options;
    this.#options = options;
    this.#path = join(dataDir, 'spending.json');
    this.#writer = new FileWriter({
      path: this.#path,
      text: () => JSON.stringify(today()),
      delayMs: DELAY_MS,
      failure: 'what was spent today cannot be written',
      clock,
      logger,
      problems,
    });
  }

  /** @returns undefined if nothing is known, or what is there cannot be read */
  async read(): Promise<DaySpending | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      text = '';
    }
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const { logger, problems } = this.#options;
    logger.warn("spending.json cannot be read: today's spending is read from the ledger");
    // Until the ledger has supplied it.
    problems.report('spending_not_read');
    return undefined;
  }

  /** Something has changed: it is written soon. Returns at once. */
  changed(): void {
    this.#writer.changed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }
}

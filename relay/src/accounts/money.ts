import type { MoneyConfig } from '../config/money-settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Problems } from '../lib/problems.ts';
import { BudgetDay } from '../metering/budget-day.ts';
import { Budgets, type Caps } from '../metering/budgets.ts';
import type { LedgerSink } from '../metering/ledger.ts';
import type { PriceList } from '../metering/price-list.ts';
import { TurnEstimate, type ProviderInUse } from '../metering/turn-estimate.ts';
import { Spending } from './spending.ts';
import { SpendingFile } from './spending-file.ts';

export interface MoneyOptions {
  readonly config: MoneyConfig;
  readonly dataDir: string;
  readonly prices: PriceList;
  readonly inUse: readonly ProviderInUse[];
  readonly maxUtteranceMs: number;
  readonly caps: () => Caps;
  readonly ledger: LedgerSink;
  readonly clock: Clock;
  /** ms since 1970. */
  readonly wallMs?: () => number;
  readonly logger: Logger;
  readonly problems: Problems;
}

/** What a relay needs to count money. */
export interface Money extends AsyncDisposable {
  readonly spending: Spending;
  readonly budgets: Budgets;
}

/** Opens the books, with what was spent today before. */
export async function openMoney(options: MoneyOptions): Promise<Money> {
  const { config, prices, inUse, maxUtteranceMs, caps, ledger } = options;
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
  const estimate = new TurnEstimate({ prices, inUse, maxUtteranceMs });
  return {
    spending: new Spending({ prices, budgets, estimate, ledger, wallMs }),
    budgets,
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

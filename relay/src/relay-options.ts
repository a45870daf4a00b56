import type { Config } from './base/config/config.ts';
import type { Clock } from './base/lib/clock.ts';
import type { Logger } from './base/lib/logger.ts';
import type { Log } from './base/lib/open-log.ts';
import type { Problems } from './base/lib/problems.ts';
import type { CallObserver } from './call/events/call-observers.ts';
import type { Stages } from './call/stages/stages.ts';
import type { ConversationOptions } from './call/turn/conversation-options.ts';
import type { Storage } from './keeping/storage/storage.ts';
import type { LedgerSink } from './people/metering/ledger.ts';
import type { PriceList } from './people/metering/price-list.ts';
import type { ProviderInUse } from './people/metering/turn-estimate.ts';
import type { ServiceUrls } from './watching/monitoring/services.ts';

export interface RelayOptions extends Pick<ConversationOptions, 'turnModel'> {
  readonly config: Config;
  readonly providers: Stages;
  /** What providers cost; without it money is not counted. */
  readonly money?: {
    readonly prices: PriceList;
    readonly inUse: readonly ProviderInUse[];
    /** In place of the storage. */
    readonly ledger?: LedgerSink;
  };
  readonly version: string;
  /** Folder of the built page. */
  readonly pageRoot: string;
  /** Learn of all that happens in calls, beside the relay's own; they remain the caller's. */
  readonly observers?: readonly CallObserver[];
  /** Names of the providers that cost money; by default none does. */
  readonly paid?: ReadonlySet<string>;
  /** The addresses of providers that are reached over a network. */
  readonly serviceUrls?: ServiceUrls;
  /** What is kept; nothing by default. */
  readonly storage?: Storage;
  /** Refusals of one client that are logged in a minute; by default ten. */
  readonly loggedRefusals?: number;
  readonly logger: Logger;
  /** The log that administrators may follow; without it they cannot. */
  readonly logTap?: Log['tap'];
  readonly clock: Clock;
  /** Begun once it listens; until it is over, `/health` says `starting`. */
  readonly warmUp?: (signal: AbortSignal) => Promise<unknown>;
  /** What is wrong with the relay itself; `/health` shows it. */
  readonly problems: Problems;
}

export interface Relay {
  /** Where it listens, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** Lets what is being said be finished within `graceMs`, then closes everything. */
  stop(graceMs: number): Promise<void>;
}

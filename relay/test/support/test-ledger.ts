import type { Stage } from '@parley/shared';
import type { RelayOptions } from '../../src/app.ts';
import type { LedgerEntry, LedgerSink } from '../../src/people/metering/ledger.ts';
import { PriceList } from '../../src/people/metering/price-list.ts';
import { readPrices } from '../../src/people/metering/read-prices.ts';

/** Dear enough that a test need not talk for long. */
const PRICES = [
  { provider: 'deepgram-nova', usd: { audio_minute: 6 } },
  { provider: 'compatible', usd: { million_input_tokens: 10, million_output_tokens: 100 } },
  { provider: 'cartesia', usd: { million_characters: 1_000 } },
  { provider: 'embedded', usd: 'free' },
];

const UNKNOWN = { unit: 'audio-minute', usd: 0 } as const;

/** A ledger in memory, and the money of a relay that writes into it. */
export class TestLedger implements LedgerSink {
  readonly entries: LedgerEntry[] = [];

  append(entry: LedgerEntry): void {
    this.entries.push(entry);
  }

  get money(): NonNullable<RelayOptions['money']> {
    const ceilings = { transcriber: UNKNOWN, generator: UNKNOWN, synthesizer: UNKNOWN };
    const inUse = [
      { stage: 'transcriber', provider: 'deepgram-nova', model: 'nova-3' },
      { stage: 'generator', provider: 'compatible', model: 'simulated' },
      { stage: 'synthesizer', provider: 'cartesia', model: 'sonic-3.5' },
    ] as const;
    const overrides = readPrices(JSON.stringify(PRICES));
    return { prices: new PriceList({ overrides, ceilings }), inUse, ledger: this };
  }

  get microUsd(): number {
    return this.entries.reduce((sum, { microUsd }) => sum + microUsd, 0);
  }

  of(stage: Stage): readonly LedgerEntry[] {
    return this.entries.filter((entry) => entry.stage === stage);
  }

  sum(stage: Stage, unit: keyof LedgerEntry['units']): number {
    return this.of(stage).reduce((sum, { units }) => sum + (units[unit] ?? 0), 0);
  }
}

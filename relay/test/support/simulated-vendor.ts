import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Simulator } from '../../simulators/kit/simulator.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import type { SpeechEvent, Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import { clausesOf, samplesOf } from '../../src/providers/vendor-kit/synthesis/clauses.rig.ts';
import type { ProviderContext } from '../../src/providers/vendor-kit/vendor.ts';

/** What adapters under test are given. */
export const testContext: ProviderContext = {
  clock: systemClock,
  logger: silentLogger,
  connectMs: 2_000,
  language: 'en-US',
};

export interface Access {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly context: ProviderContext;
}

/** A simulated vendor for each test of a file, and adapters that are closed before it is. */
export function simulatedVendor<Adapter extends Partial<AsyncDisposable>>(
  start: () => Promise<Simulator>,
  create: (access: Access) => Adapter,
) {
  let simulator: Simulator;
  const opened: Adapter[] = [];
  beforeEach(async () => {
    simulator = await start();
  });
  afterEach(async () => {
    for (const adapter of opened.splice(0)) await adapter[Symbol.asyncDispose]?.();
    await simulator[Symbol.asyncDispose]();
  });
  return {
    get simulator(): Simulator {
      return simulator;
    },
    /** The first adapter of the test, made when it is first used. */
    get adapter(): Adapter {
      return opened[0] ?? this.open();
    },
    /** Another one, with another key or another context. */
    open(apiKey = simulator.key, context: Partial<ProviderContext> = {}): Adapter {
      const adapter = create({
        apiKey,
        baseUrl: simulator.url,
        context: { ...testContext, ...context },
      });
      opened.push(adapter);
      return adapter;
    },
    /** Takes the simulator's place for the rest of the test. */
    async restart(other: () => Promise<Simulator>): Promise<void> {
      await simulator[Symbol.asyncDispose]();
      simulator = await other();
    },
  };
}

type SimulatedVoice = ReturnType<typeof simulatedVendor<Synthesizer & AsyncDisposable>>;

/** Speaks clauses by the voice `first`. */
export function speak(
  { adapter }: SimulatedVoice,
  ...texts: readonly string[]
): Promise<SpeechEvent[]> {
  const { signal } = new AbortController();
  return Array.fromAsync(adapter.synthesize(clausesOf(...texts), { voice: 'first', signal }));
}

/** The length of each clause's audio, ms at 24 kHz. */
export function lengths(events: readonly SpeechEvent[]): readonly number[] {
  return samplesOf(events).map((samples) => samples / 24);
}

/** Cases for voices whose simulator speaks 60 ms a character. */
export function defineVoiceCases(vendor: SimulatedVoice): void {
  it('speaks each clause after the one before, in any script', async () => {
    const texts = ['Good morning.', 'Доброе утро.', 'おはようございます。', '…', 'It is nine.'];
    expect(lengths(await speak(vendor, ...texts))).toEqual(
      texts.map((text) => (text === '…' ? 0 : text.length * 60)),
    );
    expect(vendor.simulator.complaints).toEqual([]);
  });

  it('opens nothing if there is nothing to say', async () => {
    expect(await speak(vendor)).toEqual([]);
    expect(await speak(vendor, '—')).toEqual([
      { type: 'clause-begun', clause: 0 },
      { type: 'clause-done', clause: 0 },
    ]);
    expect(vendor.simulator.requests).toBe(0);
  });
}

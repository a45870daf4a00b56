import type { Stage } from '@parley/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Spending } from '../src/people/accounts/spending.ts';
import { readConfig } from '../src/base/config/config.ts';
import { FakeClock } from '../src/base/lib/clock.fake.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { BudgetDay } from '../src/people/metering/budget-day.ts';
import { Budgets } from '../src/people/metering/budgets.ts';
import { TurnEstimate } from '../src/people/metering/turn-estimate.ts';
import type { SessionSpending } from '../src/call/session/session-options.ts';
import { createFailoverStages } from '../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../src/call/stages/health/policy.ts';
import type { Generator } from '../src/call/stages/generator/generator.ts';
import { ProviderError } from '../src/call/stages/provider-error.ts';
import type { Synthesizer } from '../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber, TranscriptEvent } from '../src/call/stages/transcriber/transcriber.ts';
import { AsyncQueue } from '../src/base/lib/async-queue.ts';
import { Conversation } from '../src/call/turn/conversation.ts';
import { Watchdog } from '../src/call/turn/watchdog.ts';
import { TestLedger } from './support/test-ledger.ts';
import { FakeOpus } from '../src/base/lib/opus-thread.fake.ts';

const CAP = 400_000;
/** Two seconds of speech and three short answers, each by two providers. */
const MOST_OF_TURN = 2 * (200_000 + 3 * 22_000);
/** One whose words are still to come, and the next. */
const TURNS_AT_A_TIME = 2;
const PROVIDERS = {
  transcriber: 'deepgram-nova',
  generator: 'compatible',
  synthesizer: 'cartesia',
};

/** Vendors that fail, hang and answer as the dice have it, and count what they are given. */
class Vendors {
  audioMs = 0;
  inputTokens = 0;
  characters = 0;
  readonly #clock: FakeClock;
  readonly #roll: (faces: number) => number;

  constructor(clock: FakeClock, roll: (faces: number) => number) {
    this.#clock = clock;
    this.#roll = roll;
  }

  #failure(stage: Stage): ProviderError {
    return new ProviderError({ provider: PROVIDERS[stage], stage, fault: 'closed' });
  }

  /** A while; for ever, one time in ten. */
  #pause(): Promise<void> {
    if (this.#roll(10) === 0) return new Promise(() => {});
    return new Promise((resolve) => this.#clock.after(this.#roll(4_000), resolve));
  }

  readonly transcriber: Transcriber = {
    name: PROVIDERS.transcriber,
    open: async ({ signal, onUsed }) => {
      const events = new AsyncQueue<TranscriptEvent>(10);
      let samples = 0;
      const report = () => {
        const audioMs = samples / 16;
        if (audioMs > 0) onUsed?.({ model: 'nova-3', units: { audioMs } });
        this.audioMs += audioMs;
        samples = 0;
      };
      const abort = () => {
        report();
        events.close();
      };
      signal.addEventListener('abort', abort, { once: true });
      return {
        events,
        push: (pushed) => void (samples += pushed.length),
        finalize: () =>
          void this.#pause().then(() => {
            if (signal.aborted) return;
            report();
            if (this.#roll(3) === 0) return events.fail(this.#failure('transcriber'));
            const text = this.#roll(4) === 0 ? '' : 'what time is it';
            events.push({ type: 'transcript-final', text, unrecognised: false });
            events.close();
          }),
      };
    },
  };

  readonly generator: Generator = ((vendors: Vendors): Generator => ({
    name: PROVIDERS.generator,
    model: 'simulated',
    async *generate({ signal, onCutOff }) {
      const inputTokens = 100 + vendors.#roll(900);
      vendors.inputTokens += inputTokens;
      const usage = { inputTokens, outputTokens: 0 };
      let isTold = false;
      const cutOff = () => {
        if (!isTold) onCutOff?.(usage);
        isTold = true;
      };
      signal.addEventListener('abort', cutOff, { once: true });
      try {
        await vendors.#pause();
        const fails = vendors.#roll(4) === 0;
        if (!fails) yield { type: 'text-delta', text: 'It is noon. ' };
        await vendors.#pause();
        if (signal.aborted) return;
        isTold = true;
        yield { type: 'usage-reported', ...usage };
        if (fails) throw vendors.#failure('generator');
      } finally {
        signal.removeEventListener('abort', cutOff);
        cutOff();
      }
    },
  }))(this);

  readonly synthesizer: Synthesizer = ((vendors: Vendors): Synthesizer => ({
    name: PROVIDERS.synthesizer,
    sampleRateHz: 24_000,
    voices: [{ id: 'one', label: 'One' }],
    async *synthesize(clauses, { signal, onUsed }) {
      let characters = 0;
      const report = () => {
        if (characters > 0) onUsed?.({ model: 'sonic', units: { characters } });
        vendors.characters += characters;
        characters = 0;
      };
      signal.addEventListener('abort', report, { once: true });
      try {
        let clause = 0;
        for await (const text of clauses) {
          characters += text.length;
          await vendors.#pause();
          if (signal.aborted) return;
          if (vendors.#roll(5) === 0) throw vendors.#failure('synthesizer');
          yield { type: 'clause-begun', clause };
          yield { type: 'speech-audio', clause, samples: new Int16Array(2_400) };
          yield { type: 'clause-done', clause: clause++ };
        }
      } finally {
        signal.removeEventListener('abort', report);
        report();
      }
    },
  }))(this);
}

/** Some calls at once over the same vendors. */
async function run(dice: readonly number[], calls: number): Promise<void> {
  const clock = new FakeClock();
  let rolls = 0;
  const roll = (faces: number) => dice[rolls++ % dice.length]! % faces;
  const ledger = new TestLedger();
  const { prices, inUse } = ledger.money;
  const plan = { budgets: { sessionMicroUsd: CAP, dayMicroUsd: 2 * CAP } };
  const budgets = new Budgets({
    caps: () => ({
      planOf: () => plan,
      instance: { dayMicroUsd: 2 * CAP, guestsDayMicroUsd: CAP },
    }),
    day: new BudgetDay('UTC'),
    wallMs: () => 0,
  });
  const estimate = new TurnEstimate({ prices, inUse });
  const spending = new Spending({ prices, budgets, estimate, ledger, wallMs: () => 0 });
  const vendors = new Vendors(clock, roll);
  await using providers = createFailoverStages({
    transcribers: [vendors.transcriber, { ...vendors.transcriber }],
    generators: [vendors.generator, { ...vendors.generator }],
    synthesizers: [vendors.synthesizer, { ...vendors.synthesizer }],
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const people = Array.from({ length: calls }, (_, index) => {
    const [sessionId, userId] = [`s${index}`, `guest_${index}`];
    const role = 'user' as const;
    const identity = { userId, kind: 'guest' as const, role, plan: 'guest', expiresAtMs: 0 };
    const money: SessionSpending = spending.open(sessionId, identity, '192.0.2.1');
    let spentUsd = 0;
    const conversation = new Conversation({
      caller: sessionId,
      providers,
      settings: {
        voice: 'one',
        language: 'en-US',
        timeZone: 'UTC',
        isSpoken: true,
        eagerness: 'medium',
      },
      policy: readConfig({}).providers,
      maxUtteranceMs: 60_000,
      watchdog: new Watchdog({ clock }),
      opus: new FakeOpus(),
      budget: money,
      emit: (event) => {
        spending.observe({ ...event, atMs: 0, sessionId, userId });
        if (event.type === 'provider-used') spentUsd = money.statement().cost_usd;
      },
      clock,
      output: {
        event: () => {},
        audio: () => {},
        dropAudio: () => {},
        writable: () => Promise.resolve(),
        nowMs: () => clock.now(),
      },
      logger: silentLogger,
    });
    return { conversation, spent: () => spentUsd };
  });
  for (let step = 0; step < 80; step++) {
    const { conversation } = people[roll(calls)]!;
    const what = roll(6);
    if (what === 0) conversation.addText(`i${step}`, 'hello');
    else if (what === 1) conversation.discardUtterance();
    else if (what === 2) conversation.cancelReply(undefined);
    else {
      conversation.startUtterance({ number: step, onsetMs: 0 });
      for (let chunk = 0; chunk < roll(20); chunk++) {
        if (conversation.openUtterance !== undefined) {
          conversation.pushAudio(new Int16Array(1_600).fill(1_000));
        }
      }
      if (what > 3) conversation.endUtterance('speech-stopped', {});
    }
    await clock.advance(roll(8_000));
  }
  const ended = Promise.all(people.map(({ conversation }) => conversation.dispose()));
  await clock.advance(60_000);
  await ended;
  expect(ledger.sum('transcriber', 'audioMs')).toBe(vendors.audioMs);
  expect(ledger.sum('generator', 'inputTokens')).toBe(vendors.inputTokens);
  expect(ledger.sum('synthesizer', 'characters')).toBe(vendors.characters);
  const told = people.reduce((sum, { spent }) => sum + Math.round(spent() * 1_000_000), 0);
  expect(told).toBe(ledger.microUsd);
  for (let index = 0; index < calls; index++) budgets.close(`s${index}`);
  expect(budgets.today().instanceMicroUsd).toBe(ledger.microUsd);
  expect(ledger.microUsd).toBeLessThanOrEqual(CAP + calls * TURNS_AT_A_TIME * MOST_OF_TURN);
}

test('ledger, calls and vendors agree to the micro-dollar, whatever fails, hangs or is cut off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(1_000_000), { minLength: 50, maxLength: 300 }),
      fc.integer({ min: 1, max: 3 }),
      run,
    ),
    { numRuns: 100 },
  );
});

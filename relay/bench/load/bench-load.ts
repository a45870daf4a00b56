import { randomBytes } from 'node:crypto';
import type { PolicyChanges } from '../../src/people/limits/policy.ts';
import { makeDatabaseTemplate } from '../../src/keeping/storage/database-template.ts';
import { round } from '../statistics.ts';
import { BenchProcess } from '../process/bench-process.ts';
import type { SimulatorsHandlers } from '../turn/simulators.process.ts';
import { AUDIENCE, ISSUER } from './account-token.ts';
import type { CallersHandlers } from './callers.process.ts';
import type { Figures } from './tally.ts';
import { WholeRelay } from './whole-relay.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const SIMULATORS = new URL('../turn/simulators.process.ts', import.meta.url);
const CALLERS = new URL('callers.process.ts', import.meta.url);

/** Of the simulated providers. */
const DELAYS = { asr: 100, llm: 150, tts: 80 } as const;
/** What calls may take beyond their time: to be opened, and to end what they have begun. */
const SLACK_MS = 60_000;
/** Share of the talking after which memory should have stopped growing: of five minutes, until the
 * last turns that each session keeps are as many as they may be. */
const WARM_UP_SHARE = 0.5;
const SAMPLE_INTERVAL_MS = 1_000;

export interface BenchLoadOptions extends BenchContext {
  /** Connections that send text messages. */
  readonly connections: number;
  /** Messages of each of them. */
  readonly messages: number;
  /** People who talk, after that. */
  readonly users: number;
  readonly minutes: number;
  /** Of the relay, beside what the benchmark sets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * The plan for the load. All limits are in force, as in service; those that hundreds of people
 * behind one address would reach, or a program that types faster than a person, are this much wider.
 */
export function limitsFor({
  connections,
  users,
  minutes,
}: Pick<BenchLoadOptions, 'connections' | 'users' | 'minutes'>) {
  const people = connections + users;
  return {
    plans: {
      default: {
        turns_per_minute: 1_200,
        control_messages_per_minute: 1_200,
        session_duration_s: Math.max(1_800, minutes * 60 + 600),
      },
    },
    instance: { sessions: people, day_usd: 100 + users * minutes },
    addresses: {
      connections: 200 + 2 * people,
      requests_per_minute: 1_200 + 4 * people,
      sessions_per_hour: 300 + 2 * people,
    },
  } satisfies PolicyChanges;
}

/**
 * Many people at once, against a relay that does everything it does in service: accounts, limits,
 * metering and storage, over simulated providers.
 */
export async function benchLoad(options: BenchLoadOptions) {
  const { connections, messages, users, minutes, signal, tell } = options;
  await using simulators = new BenchProcess<SimulatorsHandlers>(SIMULATORS, signal);
  await using callers = new BenchProcess<CallersHandlers>(CALLERS, signal);
  const { environment } = await simulators.ask('open', DELAYS);
  const secret = randomBytes(32).toString('hex');
  const limits = limitsFor(options);
  // As before the first start.
  await makeDatabaseTemplate();
  await using relay = await WholeRelay.start(
    {
      AUTH_SECRET: randomBytes(32).toString('hex'),
      AUTH_JWT_SECRET: secret,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      ADDRESS_LIMITS: 'on',
      PLANS: JSON.stringify(limits),
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'deepgram-aura',
      ...environment,
      ...options.environment,
    },
    signal,
  );
  await relay.warm(signal);
  const { url } = relay;

  const { plans, instance, addresses } = limits;
  tell(
    `limits in force: ${plans.default.turns_per_minute} turns and ${plans.default.control_messages_per_minute} events a minute for each person, ` +
      `${instance.sessions} calls and $${instance.day_usd} a day in all, ${addresses.connections} connections and ` +
      `${addresses.requests_per_minute} requests a minute of one address; the others by default`,
  );
  const typed = await callers.ask(
    'type',
    { url, secret, connections, messages },
    // A message takes as long as its model and its voice, at the least.
    messages * 2_000 + SLACK_MS,
  );
  tell(`${connections} connections, ${messages} text messages each`);
  tellFigures(tell, 'message → reply begun', typed.handled);
  tellFigures(tell, 'message → reply whole', typed.answered);
  tellProblems(tell, typed.problems);

  const memory = new MemoryCurve(relay);
  const durationMs = minutes * 60_000;
  const talked = await callers
    .ask('talk', { url, secret, users, durationMs }, durationMs + SLACK_MS)
    .finally(() => memory.stop());
  tell(`${users} people talking for ${minutes} minutes`);
  tellFigures(tell, 'ping → pong', talked.handled);
  tellFigures(tell, 'end of speech → voice', talked.answered);
  tellProblems(tell, talked.problems);
  const memoryMb = memory.summary();
  tell(
    `  memory of the relay: ${memoryMb.warm} MB after warm-up, ${memoryMb.end} MB at the end ` +
      `(${memoryMb.growth_per_minute} MB a minute)`,
  );
  const { handled: message, answered: reply } = typed;
  const { handled: ping, answered: voice } = talked;
  return {
    bench: 'load' as const,
    connections,
    messages_each: messages,
    users,
    minutes,
    limits,
    message_ms: message,
    reply_ms: reply,
    ping_ms: ping,
    voice_ms: voice,
    memory_mb: memoryMb,
  };
}

/** The relay's memory, sampled once a second. */
class MemoryCurve {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(relay: WholeRelay) {
    this.#timer = setInterval(() => this.#samples.push(relay.memoryMb), SAMPLE_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** MB; the growth after warm-up is the slope of the line through the samples. */
  summary() {
    const warm = this.#samples.slice(Math.floor(this.#samples.length * WARM_UP_SHARE));
    return {
      warm: round(warm[0] ?? Number.NaN, 0),
      end: round(warm.at(-1) ?? Number.NaN, 0),
      growth_per_minute: round(slope(warm) * (60_000 / SAMPLE_INTERVAL_MS), 1),
    };
  }
}

/** Least squares, per sample. */
function slope(samples: readonly number[]): number {
  const meanX = (samples.length - 1) / 2;
  const meanY = samples.reduce((sum, y) => sum + y, 0) / samples.length;
  let up = 0;
  let down = 0;
  samples.forEach((y, x) => {
    up += (x - meanX) * (y - meanY);
    down += (x - meanX) ** 2;
  });
  return down === 0 ? 0 : up / down;
}

function tellFigures(tell: (line: string) => void, name: string, figures: Figures): void {
  const { count, errors, error_rate: rate, avg, min, max, p50, p99 } = figures;
  tell(
    `  ${name.padEnd(22)} avg ${avg}, min ${min}, max ${max}, p50 ${p50}, p99 ${p99} ms; ` +
      `${errors} of ${count} failed (${(rate * 100).toFixed(2)} %)`,
  );
}

function tellProblems(
  tell: (line: string) => void,
  problems: readonly (readonly [string, number])[],
): void {
  for (const [words, times] of problems.slice(0, 5)) tell(`  ${times} × ${words}`);
}

export const LOAD_BENCH = defineBench({
  about: `What people notice of many others: 50 connections that send 100 text messages each, then 100
people who talk for one minute, with accounts, limits, metering and storage on. The limits are wider
than by default where a program in one place would reach them; the first line says what they are.`,
  options: {
    connections: wholeNumber(10_000, 50),
    messages: wholeNumber(10_000, 100),
    users: wholeNumber(10_000, 100),
    minutes: wholeNumber(60, 1),
  },
  async run(options, { print, ...context }) {
    print(await benchLoad({ ...options, ...context }));
    return true;
  },
});

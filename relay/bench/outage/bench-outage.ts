import { randomBytes } from 'node:crypto';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { PostgresServer } from '../../test/support/postgres-server.ts';
import { AUDIENCE, ISSUER, tokenOf } from '../load/account-token.ts';
import { WholeRelay } from '../load/whole-relay.ts';
import { BenchProcess } from '../process/bench-process.ts';
import { turnIn } from '../turn/provider-times.ts';
import type { SimulatorsHandlers } from '../turn/simulators.process.ts';
import { compare, TURNS_EACH, type Answered } from './turns.ts';
import { talkThrough } from './talker.ts';
import { wholeNumber, defineBench, type BenchContext } from '../bench.ts';

const SIMULATORS = new URL('../turn/simulators.process.ts', import.meta.url);
/** Of the simulated providers. */
const DELAYS = { asr: 100, llm: 150, tts: 80 } as const;
/** Talk before the server is stopped, and after it is back. */
const AROUND_MS = 12_000;
/** Until everything is stored once the talk is over: the relay asks every 15 s at the least. */
const CATCH_UP_MS = 45_000;
const ASK_AGAIN_MS = 500;

export interface BenchOutageOptions extends BenchContext {
  readonly seconds: number;
  readonly sessions: number;
}

/**
 * People who talk while the database's server is stopped and started again: whether each turn that
 * was answered is stored once, and how long anyone waited for an answer.
 */
export async function benchOutage({ seconds, sessions, signal, tell }: BenchOutageOptions) {
  await using server = await PostgresServer.start();
  await using simulators = new BenchProcess<SimulatorsHandlers>(SIMULATORS, signal);
  const { environment } = await simulators.ask('open', DELAYS);
  const database = await server.create();
  const secret = randomBytes(32).toString('hex');
  await using relay = await WholeRelay.start(
    {
      DATABASE_URL: server.url(database),
      AUTH_SECRET: randomBytes(32).toString('hex'),
      AUTH_JWT_SECRET: secret,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      MAX_SESSIONS: String(sessions),
      // All of them come from one address.
      ADDRESS_LIMITS: 'off',
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'deepgram-aura',
      ...environment,
    },
    signal,
  );
  await relay.warm(signal);
  const { url } = relay;
  const endMs = performance.now() + 2 * AROUND_MS + seconds * 1_000;
  const talking = Promise.all(
    Array.from({ length: sessions }, async (_, index) => {
      const token = await tokenOf(`talker-${index}`, secret);
      return talkThrough({ url, token, signal }, index * TURNS_EACH, endMs);
    }),
  );
  await sleep(systemClock, AROUND_MS, signal);
  signal.throwIfAborted();
  tell(`${sessions} sessions talk; the database is stopped for ${seconds} s`);
  await server.stop();
  await sleep(systemClock, seconds * 1_000, signal);
  await server.restart();
  const people = await talking;
  const answered: readonly Answered[] = people.flatMap(({ answers }) => answers);
  const storedTurns = async () => {
    const rows = await server.query(database, 'select user_text from parley.turns');
    return rows.flatMap(({ user_text: text }) => turnIn(String(text)) ?? []);
  };
  const deadlineMs = performance.now() + CATCH_UP_MS;
  let result = compare(answered, await storedTurns());
  while (result.missing > 0 && performance.now() < deadlineMs && !signal.aborted) {
    await sleep(systemClock, ASK_AGAIN_MS, signal);
    result = compare(answered, await storedTurns());
  }
  const errors = people.flatMap(({ error }) => error ?? []);
  tell(
    `  ${result.talked} turns talked, ${result.stored} stored, ${result.doubled} doubled, ${result.missing} missing`,
  );
  tell(
    `  longest gap in answers ${result.longest_gap_ms} ms, longest wait for a voice ${result.longest_wait_ms} ms`,
  );
  for (const error of errors) tell(`  a call failed: ${error}`);
  const isWhole = result.missing === 0 && result.doubled === 0 && errors.length === 0;
  return { bench: 'outage' as const, seconds, sessions, ...result, failed: errors.length, isWhole };
}

export const OUTAGE_BENCH = defineBench({
  about: `Whether turns are stored once, and how long people wait, if the server of the database is stopped
for 60 seconds while 20 people talk. It needs Postgres's programs.`,
  // Turns are told apart by the level of their audio.
  options: { seconds: wholeNumber(600, 60), sessions: wholeNumber(150, 20) },
  async run(options, { print, ...context }) {
    const { isWhole, ...report } = await benchOutage({ ...options, ...context });
    print(report);
    return isWhole;
  },
});

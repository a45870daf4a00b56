import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient } from '@redis/client';
import { API_PATHS, conversationDetailSchema, conversationsResponseSchema } from '@parley/shared';
import { AMPLE_BUDGETS } from '../../bench/process/unlimited.ts';
import { Talker, waitAfterResuming } from '../../bench/replicas/talker.ts';
import { turnIn, turnName } from '../../bench/turn/provider-times.ts';
import { startDeepgramSimulator } from '../../simulators/deepgram/deepgram-simulator.ts';
import type { Behaviour, Simulator } from '../../simulators/kit/simulator.ts';
import { LEASE_MS } from '../../src/replicas/replicas.ts';
import { startOpenAiSimulator } from '../../simulators/openai/openai-simulator.ts';
import { signIn } from '../support/api.ts';
import { BALANCERS, COMPLAINTS, startBalancer, type Balancer } from '../support/balancers.ts';
import { Cluster } from '../support/cluster.ts';
import { TestCall } from '../support/test-call.ts';

/** Of what is said: a second. */
const CHUNKS = 10;
const SAMPLES = CHUNKS * 1_600;
/** Kinds of what a person does when a relay goes, on each of two relays. */
const PEOPLE = 10;
/**
 * From the moment when a client is back and everything is said to the beginning of the answer: twice
 * what the bench asks for, because other tests hold the processor.
 */
const MAX_WAIT_MS = 6_000;
/** How soon after its lease what a relay held of the budgets must be free again; twice, too. */
const GIVEN_BACK_MS = 10_000;
/** What is said is written every two seconds, or after a database is back every fifteen. */
const STORED = { timeout: 25_000, interval: 200 };

/** Sentences whose voice waits until they leave the map. */
const held = new Map<string, PromiseWithResolvers<void>>();
function holdVoiceOf(sentence: string): void {
  held.set(sentence, Promise.withResolvers());
}
function letVoicesGo(): void {
  for (const { resolve } of held.values()) resolve();
  held.clear();
}
const firstOf = (turn: number) => `${turnName(turn)} is the first sentence.`;
const secondOf = (turn: number) => `And ${turnName(turn)} is this, too.`;

const VENDORS: Behaviour = {
  // Talkers encode the number of their turn as the level of their audio.
  hear: (audio) => heard(audio.at(-1) ?? 0, audio.length),
  finalDelayMs: 50,
  answer: (question) => `${firstOf(turnIn(question) ?? 0)} ${secondOf(turnIn(question) ?? 0)}`,
  firstTokenDelayMs: 50,
  async speak(sentence, rateHz) {
    await held.get(sentence.trim())?.promise;
    return new Int16Array(rateHz / 2);
  },
};

function heard(turn: number, samples = SAMPLES): string {
  return `${turnName(turn)} of ${samples} samples`;
}

let speech: Simulator;
let chat: Simulator;
let cluster: Cluster;
beforeAll(async () => {
  [speech, chat] = await Promise.all([
    startDeepgramSimulator(VENDORS),
    startOpenAiSimulator(VENDORS),
  ]);
  cluster = await Cluster.start({
    relays: 2,
    balancer: 'nginx',
    env: {
      ...AMPLE_BUDGETS,
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'deepgram-aura',
      DEEPGRAM_BASE_URL: speech.url,
      DEEPGRAM_API_KEY: speech.key,
      COMPATIBLE_BASE_URL: `${chat.url}/v1`,
      COMPATIBLE_API_KEY: chat.key,
      COMPATIBLE_CHAT_MODEL: 'simulated',
    },
  });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await Promise.all([speech, chat].map((each) => each[Symbol.asyncDispose]()));
});

/** A person in a call, and what they need to ask for what is kept of it. */
interface Caller {
  readonly talker: Talker;
  readonly token: string;
}

let nextTurn = 1;
/** People in calls, one after the other, so that the relays take turns. */
async function startCallers(url: string, count: number): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (let index = 0; index < count; index += 1) {
    const token = await signIn(url);
    const { signal } = new AbortController();
    const talker = await Talker.start({ url, token, signal, first: nextTurn, chunks: CHUNKS });
    nextTurn += 100;
    callers.push({ talker, token });
  }
  return callers;
}

/** Everyone asks, and is answered. */
async function exchange(callers: readonly Caller[], how: 'spoken' | 'typed'): Promise<void> {
  await Promise.all(callers.map(({ talker }) => talker.begin(how).answered.promise));
}

/** Everyone asks again and again, until `isOver`. */
async function converse(callers: readonly Caller[], isOver: () => boolean): Promise<void> {
  await Promise.all(
    callers.map(async ({ talker }, index) => {
      while (!isOver()) {
        await talker.begin((talker.turns.length + index) % 2 === 0 ? 'spoken' : 'typed').answered
          .promise;
        // A person takes a breath.
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }),
  );
}

/** What a person finds in their history, oldest first. */
async function historyOf({ token }: Caller): Promise<readonly (string | null)[]> {
  const get = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(cluster.url + path, { headers });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
    return response.json();
  };
  const { conversations } = conversationsResponseSchema.parse(await get(API_PATHS.conversations));
  const details = await Promise.all(
    conversations.map(({ id }) => get(`${API_PATHS.conversations}/${id}`)),
  );
  return details.flatMap((detail) =>
    conversationDetailSchema.parse(detail).turns.map(({ user_text: text }) => text),
  );
}

/** How often each turn was answered, and what each person's history has of the call, which is over. */
async function outcomesOf(callers: readonly Caller[]) {
  await Promise.all(callers.map(({ talker }) => talker.close()));
  const turns = callers.flatMap(({ talker }) => talker.turns);
  const histories = () => Promise.all(callers.map(historyOf));
  // A relay that has just started reads nothing until its database is open.
  const areThere = async () => (await histories().catch(() => [])).flat().length >= turns.length;
  await vi.waitUntil(areThere, STORED).catch(() => {});
  const kept = await histories();
  return callers.map(({ talker }, index) => ({
    answers: talker.turns.map(({ answers }) => answers),
    history: kept[index],
  }));
}

/** Each turn was answered once, and stands once in the history. */
function eachTurnOnce(callers: readonly Caller[]) {
  return callers.map(({ talker }) => ({
    answers: talker.turns.map(() => 1),
    history: talker.turns.map(({ number, isSpoken }) =>
      isSpoken ? heard(number) : turnName(number),
    ),
  }));
}

/** How long after that a relay gives back what one that was killed held of the budgets, ms. */
async function untilGivenBackMs(killedAtMs: number): Promise<number> {
  const timeOf = (line: string) => Date.parse((JSON.parse(line) as { readonly time: string }).time);
  const line = await cluster
    .relay(1)
    .logs.untilLine((one) => one.includes('were given back') && timeOf(one) > killedAtMs);
  return timeOf(line) - killedAtMs;
}

/** Micro-dollars of each of the day's budgets that relays hold which do not run. */
async function heldByTheGone(): Promise<readonly number[]> {
  const redis = createClient({ url: cluster.redis.url });
  await redis.connect();
  try {
    const relays = await redis.sMembers('parley:money:relays');
    const keys = await redis.keys('parley:money:*:held:*');
    const gone = keys.filter((key) => !relays.some((id) => key.endsWith(id)));
    const allotments = await Promise.all(gone.map((key) => redis.hGetAll(key)));
    return allotments.flatMap(Object.values).map((amount) => Number.parseInt(amount, 10));
  } finally {
    redis.destroy();
  }
}

/** A relay of another process takes calls in this place. */
async function restart(number: number, signal: NodeJS.Signals): Promise<void> {
  await cluster.end(number, signal);
  await cluster.start(number);
}

/** What goes on while people talk; they go on until it is over. */
async function whileTalking(callers: readonly Caller[], event: () => Promise<void>): Promise<void> {
  let isOver = false;
  const happening = event().finally(() => {
    isOver = true;
  });
  await Promise.all([happening, converse(callers, () => isOver)]);
}

afterEach(letVoicesGo);

describe.each(BALANCERS)('behind %s', (name) => {
  let balancer: Balancer;
  beforeAll(async () => {
    balancer = name === 'nginx' ? cluster.balancer : await startBalancer(name, cluster.ports);
  });
  afterAll(async () => {
    if (balancer !== cluster.balancer) await balancer[Symbol.asyncDispose]();
  });

  it('a call is resumed whichever relay its connection comes to', async () => {
    const call = await TestCall.start(balancer.url);
    for (let lost = 0; lost < 4; lost += 1) {
      await call.cut();
      await call.resume();
      call.type('Turn1');
      expect((await call.inbound.next('response.done')).status).toBe('completed');
    }
    await call.hangUp();
    expect(balancer.complaints).not.toMatch(COMPLAINTS);
  });
});

it('every call goes on if a relay is killed, whatever its person does', async () => {
  const callers = await startCallers(cluster.url, PEOPLE);
  await exchange(callers, 'typed');
  await Promise.all(
    // Two neighbours do the same, on one relay each.
    callers.map(async ({ talker }, index) => {
      const number = talker.next;
      switch (Math.floor(index / 2)) {
        case 0:
          await talker.begin('spoken').halfway.promise;
          return;
        case 1:
          holdVoiceOf(firstOf(number));
          await talker.begin('spoken').said.promise;
          return;
        case 2:
          holdVoiceOf(firstOf(number));
          talker.begin('typed');
          return;
        case 3:
          holdVoiceOf(secondOf(number));
          await talker.begin('typed').voiced.promise;
          return;
        default:
      }
    }),
  );
  await cluster.end(0, 'SIGKILL');
  const killedAtMs = Date.now();
  letVoicesGo();
  await Promise.all(callers.map(({ talker }) => talker.turns.at(-1)!.answered.promise));
  await exchange(callers, 'spoken');
  // One of each two neighbours had to go elsewhere.
  const resumptions = callers.map(({ talker }) => talker.resumedMs.length);
  expect(resumptions.filter((times) => times === 1)).toHaveLength(PEOPLE / 2);
  expect(resumptions.filter((times) => times === 0)).toHaveLength(PEOPLE / 2);
  const waits = callers.flatMap(({ talker }) =>
    talker.turns.flatMap((turn) => waitAfterResuming(talker, turn) ?? []),
  );
  expect(waits.length).toBeGreaterThanOrEqual(PEOPLE / 2 - 1);
  expect(Math.max(...waits)).toBeLessThan(MAX_WAIT_MS);
  expect(await untilGivenBackMs(killedAtMs)).toBeLessThan(LEASE_MS + GIVEN_BACK_MS);
  expect(new Set(await heldByTheGone())).toEqual(new Set([0]));
  await cluster.start(0);
  expect(await outcomesOf(callers)).toEqual(eachTurnOnce(callers));
});

it('relays are replaced one after the other while people talk', async () => {
  const callers = await startCallers(cluster.url, PEOPLE);
  await exchange(callers, 'typed');
  await whileTalking(callers, async () => {
    await restart(0, 'SIGTERM');
    await restart(1, 'SIGTERM');
  });
  expect(callers.filter(({ talker }) => talker.resumedMs.length === 0)).toEqual([]);
  expect(await outcomesOf(callers)).toEqual(eachTurnOnce(callers));
});

it('calls go on and begin without Redis, and are safe again once it is back', async () => {
  const callers = await startCallers(cluster.url, PEOPLE);
  await cluster.redis.stop();
  await exchange(callers, 'spoken');
  const late = await startCallers(cluster.url, 4);
  const everyone = [...callers, ...late];
  await exchange(everyone, 'typed');
  expect(everyone.flatMap(({ talker }) => talker.resumedMs)).toEqual([]);
  await cluster.redis.restart();
  await Promise.all(
    [0, 1].map((number) =>
      cluster
        .relay(number)
        .untilHealth(({ problems }) => problems.every(({ code }) => code !== 'redis_away')),
    ),
  );
  // Half a second of speech; the others say nothing, but what Redis had of their calls was lost.
  const turns = callers.map(({ talker }) => talker.begin('spoken'));
  await Promise.all(turns.map(({ halfway }) => halfway.promise));
  await restart(1, 'SIGKILL');
  await Promise.all(turns.map(({ answered }) => answered.promise));
  await exchange(everyone, 'spoken');
  expect(await outcomesOf(everyone)).toEqual(eachTurnOnce(everyone));
});

it('calls go on and begin without Postgres, and what was said meanwhile is kept', async () => {
  const callers = await startCallers(cluster.url, 4);
  await cluster.postgres.stop();
  await exchange(callers, 'spoken');
  const late = await startCallers(cluster.url, 2);
  const everyone = [...callers, ...late];
  await exchange(everyone, 'typed');
  await cluster.postgres.restart();
  expect(await outcomesOf(everyone)).toEqual(eachTurnOnce(everyone));
});

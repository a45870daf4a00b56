import { expect, test } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { simulatorTraffic, type Traffic } from '../simulators/kit/traffic.ts';
import { FaultyRelay, type FaultyRelayOptions } from './faults/faulty-relay.ts';
import { askAgain, sayQuestion } from './faults/spoken-turn.ts';
import { signIn } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { MovableClock } from './support/movable-clock.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

/** What the simulated vendors were sent, as they count it. */
class Counted {
  audioSamples = 0;
  characters = 0;
  inputTokens = 0;
  outputTokens = 0;

  readonly behaviour = {
    onAudio: (audio: Int16Array) => {
      this.audioSamples += audio.length;
    },
    speak: (text: string) => {
      this.characters += text.trim().length;
      return new Int16Array(2_400).fill(500);
    },
  };

  readonly watch = (message: unknown): void => {
    const { text = '', way } = message as Traffic;
    if (way !== 'out') return;
    for (const [, prompt, completion] of text.matchAll(
      /"usage":\{"prompt_tokens":(\d+),"completion_tokens":(\d+)/g,
    )) {
      this.inputTokens += Number(prompt);
      this.outputTokens += Number(completion);
    }
  };
}

async function start(options: FaultyRelayOptions = {}) {
  const ledger = new TestLedger();
  const counted = new Counted();
  const clock = new MovableClock();
  simulatorTraffic.subscribe(counted.watch);
  const relay = await FaultyRelay.start({
    money: ledger.money,
    primary: counted.behaviour,
    clock,
    ...options,
  });
  return {
    ledger,
    counted,
    clock,
    relay,
    async [Symbol.asyncDispose]() {
      simulatorTraffic.unsubscribe(counted.watch);
      await relay[Symbol.asyncDispose]();
    },
  };
}

test('the ledger holds what the vendors counted, and each call is told its part of it', async () => {
  await using run = await start();
  const { ledger, counted, relay } = run;
  const costs = await Promise.all(
    [1, 2, 3].map(async (turns) => {
      await using call = await TestCall.start(relay.relay.url);
      let cost = 0;
      for (let turn = 1; turn <= turns; turn++) {
        await askAgain(call, turn);
        const { cost_usd, budget_usd, usage } = await call.inbound.next('session.usage');
        expect(budget_usd).toBe(5);
        expect(usage.asr_seconds).toBeCloseTo(2 * turn, 5);
        cost = cost_usd;
      }
      await call.hangUp();
      return cost;
    }),
  );
  expect(ledger.sum('transcriber', 'audioMs')).toBe(counted.audioSamples / 16);
  expect(ledger.sum('synthesizer', 'characters')).toBe(counted.characters);
  expect(ledger.sum('generator', 'inputTokens')).toBe(counted.inputTokens);
  expect(ledger.sum('generator', 'outputTokens')).toBe(counted.outputTokens);
  expect(counted.inputTokens).toBeGreaterThan(0);
  expect(ledger.entries).toHaveLength(3 * (1 + 2 + 3));
  const told = costs.reduce((sum, usd) => sum + Math.round(usd * 1_000_000), 0);
  expect(told).toBe(ledger.microUsd);
  // Six utterances of two seconds at $6 a minute, exactly.
  expect(ledger.of('transcriber').map(({ microUsd }) => microUsd)).toEqual(
    Array.from({ length: 6 }, () => 200_000),
  );
  expect(ledger.entries.every(({ isPriced, purpose }) => isPriced && purpose === 'turn')).toBe(
    true,
  );
});

test('an attempt that failed is paid for beside the one that took its place', async () => {
  await using run = await start();
  const { ledger, relay } = run;
  relay.vendor('transcriber').fail({ kind: 'abrupt-close' }, 'mid-stream', 1);
  relay.vendor('synthesizer').fail({ kind: 'abrupt-close' }, 'mid-stream', 1);
  await using call = await TestCall.start(relay.relay.url);
  const { statuses } = await askAgain(call, 1);
  expect(statuses).toEqual(['completed']);
  await call.inbound.next('session.usage');
  expect(ledger.of('transcriber')).toHaveLength(2);
  expect(ledger.of('synthesizer')).toHaveLength(2);
  expect(ledger.of('transcriber').at(-1)!.units).toEqual({ audioMs: 2_000 });
  const { turnId, sessionId } = ledger.entries[0]!;
  expect(ledger.entries.every((entry) => entry.turnId === turnId)).toBe(true);
  expect(sessionId).toBe(call.grant.session_id);
});

test('speech that is taken back, and a vendor that refuses, cost what they cost', async () => {
  await using run = await start();
  const { ledger, relay, counted } = run;
  await using call = await TestCall.start(relay.relay.url);
  call.startSpeech(1);
  for (let chunk = 0; chunk < 5; chunk++) call.sendFrame(1, new Int16Array(1_600).fill(1_000));
  await eventually(() => counted.audioSamples === 8_000);
  call.send({ type: 'input_audio_buffer.clear', utterance: 1 });
  await call.inbound.next('session.usage');
  expect(ledger.entries).toMatchObject([{ stage: 'transcriber', units: { audioMs: 500 } }]);
  relay.vendor('generator').fail({ kind: 'status', status: 400 }, 'first-use', 1);
  call.type('hello');
  const { usage } = await call.inbound.next('session.usage');
  expect(ledger.of('generator')).toEqual([]);
  expect(usage.llm_input_tokens).toBe(0);
});

test.each([
  ['cancelled', async (call: TestCall) => call.send({ type: 'response.cancel' })],
  ['typed over', async (call: TestCall) => call.type('wait')],
  ['asked for anew', async (call: TestCall) => call.send({ type: 'response.create' })],
  ['hung up on', (call: TestCall) => call.hangUp()],
  ['lost with its line', (call: TestCall) => call.cut()],
])('an answer that is %s before its first word is in the ledger', async (how, end) => {
  await using run = await start({
    primary: { firstTokenDelayMs: 60_000 },
    env: { RESUME_WINDOW_S: '1' },
  });
  const { ledger, relay } = run;
  await using call = await TestCall.start(relay.relay.url);
  call.type('word '.repeat(390));
  await call.inbound.next('response.created');
  await eventually(() => relay.vendor('generator').requests > 0);
  await end(call);
  if (how === 'lost with its line') await run.clock.advance(120_000);
  await eventually(() => ledger.of('generator').length > 0);
  const [entry] = ledger.of('generator');
  expect(entry).toMatchObject({ isEstimated: true, purpose: 'turn' });
  expect(entry!.units.inputTokens).toBeGreaterThan(390);
  expect(entry!.microUsd).toBeGreaterThan(0);
});

test('interrupting answers ends no call of which little is spent', async () => {
  // Less than one answer reserves: $0.38.
  await using run = await start({
    primary: { firstTokenDelayMs: 60_000 },
    env: { BUDGET_SESSION_USD: '0.2', BUDGET_GUEST_DAY_USD: '0.3' },
  });
  await using call = await TestCall.start(run.relay.relay.url);
  for (let turn = 1; turn <= 4; turn++) {
    call.type('What time is it?');
    await call.inbound.next('response.created');
    await eventually(() => run.relay.vendor('generator').requests > 0);
  }
  call.send({ type: 'response.cancel' });
  const ended = () => call.inbound.ofType('response.done').map(({ status }) => status);
  await eventually(() => ended().length === 4);
  expect(new Set(ended())).toEqual(new Set(['cancelled']));
  expect(call.inbound.ofType('session.ending')).toEqual([]);
  expect(run.ledger.microUsd).toBeLessThan(100_000);
});

test('at four fifths a call is warned; at its cap it hears goodbye, and ends with its own code', async () => {
  await using run = await start({ env: { BUDGET_SESSION_USD: '0.5' } });
  const { ledger, relay } = run;
  await using call = await TestCall.start(relay.relay.url);
  const closed = call.closed;
  await askAgain(call, 1);
  // Some $0.26 a turn.
  expect(await call.inbound.next('session.usage')).toMatchObject({
    is_warning: false,
    budget_usd: 0.5,
  });
  sayQuestion(call, 2);
  const done = await call.inbound.next('response.done');
  expect(done.status).toBe('completed');
  expect(await call.inbound.next('session.usage')).toMatchObject({ is_warning: true });
  expect(await call.inbound.next('session.ending')).toMatchObject({ reason: 'budget' });
  // Later speech has no turn any more, and does not interrupt the goodbye.
  sayQuestion(call, 3);
  call.type('wait');
  const goodbye = await call.inbound.next('response.done');
  expect(goodbye).toMatchObject({ status: 'completed', usage: { llm_input_tokens: 0 } });
  const words = call.inbound.ofType('response.output_audio_transcript.delta');
  expect(words.map(({ delta }) => delta).join('')).toContain('goodbye');
  expect(await run.clock.skip(closed)).toBe(4402);
  expect(ledger.of('transcriber')).toHaveLength(2);
  const reservation = 6.5;
  expect(ledger.microUsd).toBeLessThan((0.5 + reservation) * 1_000_000);
});

test('a call that begins with too little left for the next one ends after a turn', async () => {
  await using run = await start({ env: { BUDGET_SESSION_USD: '0.2' } });
  await using call = await TestCall.start(run.relay.relay.url);
  const { closed } = call;
  await askAgain(call, 1);
  expect((await call.inbound.next('response.done')).status).toBe('completed');
  expect(await run.clock.skip(closed)).toBe(4402);
});

test('what the day allows is spent: no guest gets another call, and is told until when', async () => {
  await using run = await start({ env: { BUDGET_GUEST_DAY_USD: '0.2' } });
  const { url } = run.relay.relay;
  {
    await using call = await TestCall.start(url);
    const { closed } = call;
    await askAgain(call, 1);
    expect(await run.clock.skip(closed)).toBe(4402);
  }
  const response = await fetch(new URL(API_PATHS.sessions, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${await signIn(url)}` },
  });
  expect(response.status).toBe(402);
  const { error } = (await response.json()) as { error: { code: string } };
  expect(error.code).toBe('budget_exhausted');
  const seconds = Number(response.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(86_400);
});

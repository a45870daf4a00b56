import { afterEach, describe, expect, test, vi } from 'vitest';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { createScriptedEngine } from '../../../e2e/ui/support/scripted-engine.ts';
import {
  createScriptedAccount,
  EMAIL_CODE,
  RIGHT_CODE,
  type WayIn,
} from '../../../e2e/ui/support/scripted-account.ts';
import { SESSION } from '../../../e2e/ui/support/notices.ts';
import type { CallOptions } from '../engine/media-engine.ts';
import type { CallParts } from './call-parts.ts';
import { setUp } from './scripted-call.rig.ts';
import { memoryStore } from '../settings/memory-store.fake.ts';
import type { RelayAddress } from '../settings/relay-address.ts';

describe('a relay that is away', () => {
  afterEach(() => void vi.useRealTimers());

  /** Answers once `answers` is set; the first question fails. */
  async function setUpAway(overrides: Partial<CallParts> = {}) {
    vi.useFakeTimers();
    const relay = { answers: false };
    const fetchProviders = () => Promise.resolve(relay.answers ? null : undefined);
    const parts = setUp({ fetchProviders, ...overrides });
    void parts.controller.reach();
    await vi.advanceTimersByTimeAsync(0);
    expect(parts.controller.state.getState().outage).not.toBeNull();
    return { ...parts, relay };
  }

  test('is asked again until it answers', async () => {
    const { controller, relay } = await setUpAway();
    await vi.advanceTimersByTimeAsync(60_000);
    relay.answers = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(controller.state.getState().outage).toBeNull();
  });

  test('has the call that waits for it connect as soon as it is back', async () => {
    const { controller, engine, relay } = await setUpAway();
    await controller.start();
    engine.emit({ type: 'unreachable', retryInMs: 30_000 });
    relay.answers = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(engine.commands).toContain('retryNow');
  });
});

describe('typed text', () => {
  test('without a call begins a typed one and is sent once there is a session', () => {
    const { engine, controller } = setUp();
    controller.sendText('  What time is it?  ');
    expect(controller.state.getState()).toMatchObject({
      standing: { kind: 'running' },
      microphone: { kind: 'unwanted' },
      conversation: [{ kind: 'user', state: 'typed', text: 'What time is it?' }],
    });
    expect(engine.commands).not.toContain('sendText:What time is it?');
    engine.emit({ type: 'session', session: SESSION });
    expect(engine.commands).toContain('sendText:What time is it?');
  });

  test('is sent once, also when the session is announced again', () => {
    const { engine, controller } = setUp();
    controller.sendText('Hello');
    engine.emit({ type: 'session', session: SESSION }, { type: 'session', session: SESSION });
    expect(engine.commands.filter((command) => command === 'sendText:Hello')).toHaveLength(1);
  });

  test('that is blank is not sent', () => {
    const { engine, controller } = setUp();
    controller.sendText('   ');
    expect(controller.state.getState().standing.kind).toBe('none');
    expect(engine.commands).toEqual([]);
  });

  test('that was waiting when the call was hung up is not sent in the next one', async () => {
    const { engine, controller } = setUp();
    controller.sendText('Hello');
    await controller.hangUp();
    await controller.start();
    engine.emit({ type: 'session', session: SESSION });
    expect(engine.commands).not.toContain('sendText:Hello');
  });
});

test('an answer about the microphone that comes after hanging up is dropped', async () => {
  const answer = Promise.withResolvers<{ ok: false; refusal: 'denied' }>();
  const engine = { ...createScriptedEngine(), start: () => answer.promise };
  const { controller } = setUp({ engine });
  const started = controller.start();
  await controller.hangUp();
  answer.resolve({ ok: false, refusal: 'denied' });
  await started;
  expect(controller.state.getState().microphone).toEqual({ kind: 'unknown' });
});

test('the late end of a call is not taken for that of the next one', async () => {
  const engine = createScriptedEngine();
  const { controller } = setUp({ engine: { ...engine, stop: () => Promise.resolve() } });
  await controller.start();
  void controller.hangUp();
  const again = controller.start();
  engine.emit({ type: 'closed', reason: CLOSE_REASONS.normal });
  await again;
  expect(controller.state.getState().standing).toEqual({ kind: 'running' });
  expect(engine.commands.filter((command) => command === 'start:microphone')).toHaveLength(2);
});

test('a call that cannot be started ends with words for it', async () => {
  const engine = { ...createScriptedEngine(), start: () => Promise.reject(new Error('no worker')) };
  const { controller } = setUp({ engine });
  await controller.start();
  expect(controller.state.getState().standing).toMatchObject({
    kind: 'over',
    reason: { message: 'The call could not be started. Please try again.' },
  });
});

test('levels pass by without a change of state', async () => {
  const { engine, controller } = setUp();
  await controller.start();
  const before = controller.state.getState();
  engine.emit({ type: 'levels', microphone: 0.5, voice: 0, speechProbability: 0.9 });
  expect(controller.state.getState()).toBe(before);
  expect(controller.levels.getState().microphone).toBe(0.5);
});

test('a muted call is muted in the engine, and a new call begins unmuted', async () => {
  const { engine, controller } = setUp();
  controller.setMuted(true);
  expect(engine.commands).toEqual([]);
  await controller.start();
  controller.setMuted(true);
  expect(engine.commands).toContain('setMuted:true');
  await controller.hangUp();
  await controller.start();
  expect(controller.state.getState().muted).toBe(false);
  expect(engine.commands.findLast((command) => command.startsWith('setMuted'))).toBe(
    'setMuted:false',
  );
});

test('a held key is released once, also when the call has ended meanwhile', async () => {
  const { engine, controller } = setUp();
  await controller.start();
  controller.holdToTalk(true);
  controller.holdToTalk(true);
  engine.emit({ type: 'closed', reason: CLOSE_REASONS.idle });
  controller.holdToTalk(false);
  expect(engine.commands.filter((command) => command.startsWith('holdToTalk'))).toEqual([
    'holdToTalk:true',
  ]);
});

test('a changed voice reaches a running call, a changed volume any', async () => {
  const { engine, controller } = setUp();
  controller.changeSettings({ volume: 0.5, voice: 'slt' });
  expect(engine.commands).toEqual(['setVolume:0.5']);
  await controller.start();
  controller.changeSettings({ voice: 'rms' });
  expect(engine.commands).toContain('choose:voice rms');
  controller.changeSettings({ eagerness: 'low' });
  expect(engine.commands).toContain('choose:eagerness low');
  controller.changeSettings({ language: 'de' });
  controller.changeSettings({ language: null });
  expect(engine.commands.slice(-2)).toEqual(['choose:language de', 'choose:language null']);
});

describe('the relay', () => {
  const RELAY = 'https://relay.example';

  test('is asked by its address, with the token that it gave', async () => {
    const storage = memoryStore();
    const calls: CallOptions[] = [];
    const scripted = createScriptedEngine();
    const engine = {
      ...scripted,
      start(options: CallOptions) {
        calls.push(options);
        return scripted.start(options);
      },
    };
    const asked: string[] = [];
    const fetchProviders = async (relay: string) => {
      asked.push(relay);
      return SESSION.providers;
    };
    const { controller } = setUp({ engine, storage, fetchProviders });
    void controller.reach();
    await controller.start();
    engine.emit({ type: 'signed-in', token: 'given', expiresInS: 3_600 });
    await controller.hangUp();
    await controller.start();
    expect(calls).toMatchObject([
      { relay: RELAY, credentials: { kind: 'guest', token: undefined } },
      { relay: RELAY, credentials: { kind: 'guest', token: 'given' } },
    ]);
    expect(asked).toEqual([RELAY]);
    expect(controller.providers.getState()).toEqual(SESSION.providers);

    const other = Promise.resolve({ kind: 'known', origin: 'https://other.example' } as const);
    await setUp({ engine, storage, relay: other }).controller.start();
    expect(calls.at(-1)).toMatchObject({
      relay: 'https://other.example',
      credentials: { token: undefined },
    });
  });

  test('that cannot be known is explained at once, and no call begins', async () => {
    const message = 'This page is not set up correctly: parley.json is not valid JSON.';
    const relay = Promise.resolve({ kind: 'misconfigured', message } as const);
    const { engine, controller } = setUp({ relay });
    void controller.reach();
    await relay;
    expect(controller.state.getState()).toMatchObject({
      standing: { kind: 'none' },
      error: { code: 'page_misconfigured', message },
    });
    controller.sendText('Hello');
    await controller.start();
    await relay;
    expect(controller.state.getState()).toMatchObject({
      standing: { kind: 'over', reason: { reason: 'page_misconfigured', retry: 'never' } },
      error: { message },
    });
    expect(engine.commands).toEqual([]);
  });

  test('is not called any more if the person hung up before its address was known', async () => {
    const { promise, resolve } = Promise.withResolvers<RelayAddress>();
    const { engine, controller } = setUp({ relay: promise });
    const started = controller.start();
    await controller.hangUp();
    resolve({ kind: 'known', origin: RELAY });
    await started;
    expect(engine.commands).toEqual(['stop']);
  });
});

describe('signing in', () => {
  async function setUpAccount(way: WayIn) {
    const account = createScriptedAccount({ way });
    await account.learn();
    const { engine, controller } = setUp({ account });
    const signIn = async () =>
      (await account.issuer())
        .verifyCode('ada@example.com', EMAIL_CODE)
        .then(() => account.answered());
    return { account, engine, controller, signIn };
  }

  test('comes before a call that needs it, and the call follows', async () => {
    const { account, engine, controller, signIn } = await setUpAccount('accounts');
    await controller.start();
    expect(controller.state.getState().standing.kind).toBe('none');
    expect(engine.commands).toEqual([]);
    expect(account.store.getState().question).toBe('sign-in');
    await signIn();
    await expect.poll(() => engine.commands).toContain('start:microphone');
    expect(engine.commands).toContain('credentials:{"kind":"account","token":"account-token"}');
  });

  test('what was typed is sent after it', async () => {
    const { engine, controller, signIn } = await setUpAccount('accounts');
    controller.sendText('Hello');
    expect(controller.state.getState().conversation).toEqual([]);
    await signIn();
    await expect.poll(() => engine.commands).toContain('start:typed');
    engine.emit({ type: 'session', session: SESSION });
    expect(engine.commands).toContain('sendText:Hello');
  });

  test('is asked for if the relay turns out to want it', async () => {
    const { account, engine, controller } = await setUpAccount('code');
    await account.tryAccessCode(RIGHT_CODE);
    await controller.start();
    engine.emit(
      { type: 'error', code: 'access_code_wrong', message: 'The access code is not right.' },
      {
        type: 'closed',
        reason: { code: 1006, reason: 'access_code_wrong', retry: 'never', message: '' },
      },
    );
    await expect.poll(() => controller.state.getState().error).toBeNull();
    expect(account.store.getState().question).toBe('access-code');
  });

  test('a renewed token reaches the running call', async () => {
    const { account, engine, controller, signIn } = await setUpAccount('accounts');
    await signIn();
    await controller.start();
    account.store.setState({ account: { name: 'ada@example.com', token: 'renewed' } });
    expect(engine.commands).toContain('setToken:renewed');
  });

  test('signing out ends the call and leaves nothing of it on the screen', async () => {
    const { account, engine, controller, signIn } = await setUpAccount('both');
    await signIn();
    await controller.start();
    engine.emit(
      { type: 'session', session: SESSION },
      { type: 'user-transcript', itemId: 'u', utterance: 1, text: 'secret', state: 'final' },
    );
    await account.signOut();
    expect(engine.commands).toContain('stop');
    expect(controller.state.getState()).toMatchObject({
      standing: { kind: 'none' },
      conversation: [],
    });
  });
});

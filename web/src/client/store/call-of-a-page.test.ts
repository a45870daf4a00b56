import { describe, expect, test, vi } from 'vitest';
import { AccountController } from '../account/account-controller.ts';
import { memoryStore } from '../settings/memory-store.fake.ts';
import type { RelayAddress } from '../settings/relay-address.ts';
import { setUp } from './scripted-call.rig.ts';

describe('a call that was destroyed', () => {
  test('has ended, has let its engine go, and does nothing that it is asked for', async () => {
    const storage = memoryStore();
    const { engine, controller } = setUp({ storage });
    await controller.start();
    const ended: string[] = [];
    controller.on('ended', ({ reason }) => ended.push(reason.reason));
    await controller.destroy();
    // Loaded after the fact, the events know of it all the same.
    await vi.waitFor(() => expect(ended).toEqual(['normal']));
    expect(engine.commands.slice(-2)).toEqual(['stop', 'end']);
    const before = [...engine.commands];
    const state = controller.state.getState();
    await controller.start();
    controller.sendText('Hello');
    controller.setMuted(true);
    controller.changeSettings({ volume: 0.5 });
    await Promise.all([controller.reach(), controller.hangUp(), controller.requestMicrophone()]);
    await Promise.all([controller.signOut(), controller.forget(), controller.destroy()]);
    expect(controller.state.getState()).toBe(state);
    expect(controller.settings.getState().volume).toBe(1);
    // None of these does anything in an engine that was let go.
    const after = engine.commands.slice(before.length);
    expect(after.filter((command) => !/^(requestMicrophone|end)$/.test(command))).toEqual([]);
  });

  test('while it was being started is not started', async () => {
    const relay = Promise.withResolvers<RelayAddress>();
    const { engine, controller } = setUp({ relay: relay.promise });
    const started = controller.start();
    const destroyed = controller.destroy();
    relay.resolve({ kind: 'known', origin: 'https://relay.example' });
    await Promise.all([started, destroyed]);
    expect(engine.commands.filter((command) => command.startsWith('start'))).toEqual([]);
  });
});

describe('a page that signs its calls in', () => {
  function setUpTokens(token: () => Promise<string>) {
    const account = new AccountController({
      storage: null,
      nowMs: () => 0,
      fetch: () => Promise.reject(new Error('nothing is to be asked')),
      relay: Promise.resolve({ kind: 'known', origin: 'https://relay.example' }),
      token,
      loadIssuer: () => Promise.reject(new Error('nobody is to be asked')),
      returnUrl: '',
      isReturn: false,
    });
    return setUp({ account });
  }
  const used = (commands: readonly string[]) =>
    commands.filter((command) => command.startsWith('credentials'));
  const refused = {
    type: 'closed',
    reason: { code: 4000, reason: 'unauthorized', retry: 'never', message: 'Sign in first.' },
  } as const;

  test('is asked before each call, and once more if the relay refuses its token', async () => {
    let asked = 0;
    const { engine, controller } = setUpTokens(async () => `token-${(asked += 1)}`);
    await controller.start({ microphone: false });
    engine.emit(refused);
    await vi.waitFor(() => expect(used(engine.commands)).toHaveLength(2));
    expect(used(engine.commands).at(-1)).toContain('{"kind":"account","token":"token-2"}');
    expect(engine.commands.filter((command) => command.startsWith('start'))).toEqual([
      'start:typed',
      'start:typed',
    ]);
    engine.emit(refused);
    await Promise.resolve();
    expect(controller.state.getState().standing).toEqual({ kind: 'over', reason: refused.reason });
    expect(asked).toBe(2);
  });

  test('that has no token is told so, and no guest calls in its place', async () => {
    const { engine, controller } = setUpTokens(() => Promise.reject(new Error('signed out')));
    await controller.start();
    expect(controller.state.getState()).toMatchObject({
      standing: { kind: 'over', reason: { reason: 'token_unavailable' } },
      error: {
        code: 'token_unavailable',
        message: 'The page could not give a token for the call: signed out',
      },
    });
    expect(used(engine.commands)).toEqual([]);
  });
});

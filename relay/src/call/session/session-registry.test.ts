import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock, settle } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import type { CallEventBody } from '../events/call-events.ts';
import { Watchdog } from '../turn/watchdog.ts';
import { ReplayMemory, type ReplayHolder, SessionRegistry } from './session-registry.ts';
import { NO_RULES } from './session-options.ts';
import { Session } from './session.ts';
import { TEST_CALLER, testSettings } from './caller.fake.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';

const MEBIBYTE = 1024 * 1024;

/** Keeps as much as a test says. */
class Holder implements ReplayHolder {
  keptBytes = 0;
  isGone = false;
  readonly isAttached: boolean;
  readonly #count: (changed: number) => void;

  constructor(isAttached: boolean, count: (changed: number) => void) {
    this.isAttached = isAttached;
    this.#count = count;
  }

  keep(bytes: number): void {
    this.keptBytes += bytes;
    this.#count(bytes);
  }

  failed(error: unknown): void {
    throw error;
  }

  shedReplay(): void {
    this.isGone = !this.isAttached;
    this.keep(this.isAttached ? -this.keptBytes / 2 : -this.keptBytes);
  }
}

function setUp(maxBytes: number) {
  const holders: Holder[] = [];
  const memory = new ReplayMemory({ maxBytes, holders, logger: silentLogger });
  const add = (isAttached: boolean, bytes = 0) => {
    const holder = new Holder(isAttached, memory.count);
    holders.push(holder);
    holder.keep(bytes);
    return holder;
  };
  return { memory, holders, add };
}

describe('the memory for replays', () => {
  it('is taken first from the largest of the clients that are away', async () => {
    const { add } = setUp(1_000);
    const talking = add(true, 400);
    const away = add(false, 100);
    const longAway = add(false, 300);
    talking.keep(201);
    await settle();
    expect([talking, away, longAway].map(({ keptBytes }) => keptBytes)).toEqual([601, 100, 0]);
    expect([talking, away, longAway].map(({ isGone }) => isGone)).toEqual([false, false, true]);
  });

  it('is halved for those that are connected, if nothing else is left', async () => {
    const { add, memory } = setUp(1_000);
    const most = add(true, 700);
    const least = add(true, 100);
    const away = add(false, 150);
    least.keep(100);
    await settle();
    expect(away.isGone).toBe(true);
    expect(memory.bytes).toBe(900);
    expect([most.keptBytes, least.keptBytes]).toEqual([700, 200]);
    most.keep(200);
    await settle();
    expect([most.keptBytes, least.keptBytes]).toEqual([450, 200]);
  });

  it('is never passed for longer than a turn of the event loop', async () => {
    const step = fc.record({ holder: fc.nat(7), bytes: fc.integer({ min: -2_000, max: 5_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step), async (steps) => {
        const { add, memory, holders } = setUp(20_000);
        for (let index = 0; index < 8; index++) add(index % 2 === 0);
        for (const { holder, bytes } of steps) {
          holders[holder]!.keep(Math.max(bytes, -holders[holder]!.keptBytes));
          await settle();
          expect(memory.bytes).toBeLessThanOrEqual(20_000);
          const sum = holders.reduce((bytesOfAll, { keptBytes }) => bytesOfAll + keptBytes, 0);
          expect(memory.bytes).toBeCloseTo(sum);
        }
      }),
    );
  });
});

describe('sessions that keep too much between them', () => {
  function open(count: number) {
    const clock = new FakeClock();
    const capacity = () => ({ sessions: 10, sessionsForAccounts: 0 });
    const options = { clock, capacity, maxReplayBytes: MEBIBYTE, logger: silentLogger };
    const registry = new SessionRegistry(options);
    const context = {
      providers: scriptedStages(clock),
      policy: readConfig({}).providers,
      languages: readConfig({}).providers,
      limits: readConfig({}).limits,
      rules: NO_RULES,
      watchdog: new Watchdog({ clock }),
      opus: new FakeOpus(),
      clock,
    };
    const sessions = Array.from({ length: count }, (_, index) => {
      const events: CallEventBody[] = [];
      const session = new Session(context, {
        id: `sess_${index}`,
        ...TEST_CALLER,
        resumeKey: `key ${index}`,
        settings: testSettings(),
        emit: (event) => events.push(event),
        logger: silentLogger,
        onKeptBytes: registry.replayMemory.count,
        onClosed: () => registry.remove(session),
      });
      registry.add(session);
      const socket = new FakeSocket();
      session.attach(socket, 'created');
      return { session, socket, events };
    });
    return { registry, sessions };
  }

  it('lose first the one whose client is away, which is told so when it comes back', async () => {
    const { registry, sessions } = open(2);
    const [present, away] = sessions as [(typeof sessions)[0], (typeof sessions)[0]];
    away.session.detach(away.socket, 1006);
    for (let count = 0; registry.size === 2 && count < 50_000; count++) {
      present.session.drain(count);
      away.session.drain(count);
      if (count % 100 === 0) await settle();
    }
    await settle();
    expect(registry.find('key 1')).toBeUndefined();
    expect(away.events).toContainEqual({ type: 'limit-hit', limit: 'replay-memory' });
    expect(away.events).toContainEqual(
      expect.objectContaining({ type: 'session-ended', reason: 'sessionGone' }),
    );
    expect(registry.replayMemory.bytes).toBe(present.session.keptBytes);
    expect(present.socket.closedWith).toBeUndefined();
  });

  it('leave nothing behind that counts', async () => {
    const { registry, sessions } = open(3);
    for (const { session } of sessions) session.drain(1);
    expect(registry.replayMemory.bytes).toBeGreaterThan(0);
    registry.closeAll('draining');
    await settle();
    expect(registry.replayMemory.bytes).toBe(0);
  });
});

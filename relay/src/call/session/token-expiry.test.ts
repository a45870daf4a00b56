import { expect, it } from 'vitest';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Watchdog } from '../turn/watchdog.ts';
import { SessionRegistry } from './session-registry.ts';
import { NO_RULES } from './session-options.ts';
import { Session } from './session.ts';
import { TEST_CALLER, testSettings } from './caller.fake.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';

/** A call whose token expired `agoMs` ago, after the registry has looked at it. */
async function afterACheck(agoMs: number, renew: (session: Session) => void = () => {}) {
  const clock = new FakeClock();
  const registry = new SessionRegistry({
    clock,
    capacity: () => ({ sessions: 10, sessionsForAccounts: 0 }),
    maxReplayBytes: 1_000_000,
    logger: silentLogger,
  });
  const { providers: policy, limits } = readConfig({});
  const session = new Session(
    {
      providers: scriptedStages(clock),
      policy,
      languages: policy,
      limits,
      rules: NO_RULES,
      watchdog: new Watchdog({ clock }),
      opus: new FakeOpus(),
      clock,
    },
    {
      ...TEST_CALLER,
      id: 'sess_1',
      identity: { ...TEST_CALLER.identity, expiresAtMs: Date.now() - agoMs },
      resumeKey: 'key',
      settings: testSettings(),
      emit: () => {},
      logger: silentLogger,
      onKeptBytes: () => {},
      onClosed: () => registry.remove(session),
    },
  );
  registry.add(session);
  const socket = new FakeSocket();
  session.attach(socket, 'created');
  renew(session);
  await clock.advance(1_000);
  const { closedWith } = socket;
  registry.closeAll('draining');
  return closedWith;
}

it('a call goes on for a minute after its token has expired', async () => {
  expect(await afterACheck(30_000)).toBeUndefined();
  expect(await afterACheck(60_001)).toBe(4403);
});

it('and for longer, if a newer one was shown', async () => {
  const renew = (session: Session) => {
    session.identity = { ...session.identity, expiresAtMs: Date.now() + 1 };
  };
  expect(await afterACheck(60_001, renew)).toBeUndefined();
});

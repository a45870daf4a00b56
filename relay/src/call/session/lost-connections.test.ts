import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { TEST_LIMITS as limits } from '@parley/shared/link/session.fake';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { fingerprint } from '../../base/lib/ids.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Watchdog } from '../turn/watchdog.ts';
import { NO_RULES } from './session-options.ts';
import { Session } from './session.ts';
import { TEST_CALLER, testSettings } from './caller.fake.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';

describe('a lost connection', () => {
  /** A session with one connection, what it reports, and ways to resume it. */
  function lossy() {
    const log: string[] = [];
    const clock = new FakeClock();
    const providers = scriptedStages(clock);
    const policy = readConfig({}).providers;
    const session = new Session(
      {
        providers,
        policy,
        languages: policy,
        limits,
        rules: NO_RULES,
        watchdog: new Watchdog({ clock }),
        opus: new FakeOpus(),
        clock,
      },
      {
        id: 'sess_1',
        ...TEST_CALLER,
        resumeKey: fingerprint('token'),
        settings: testSettings(),
        emit: (event) => {
          const detail = event.type === 'connection-lost' ? ` ${event.closeCode}` : '';
          log.push(event.type + detail);
        },
        logger: silentLogger,
        onKeptBytes: () => {},
        onClosed: () => {},
      },
    );
    const attach = (how: 'created' | 'resuming') => {
      const socket = new FakeSocket();
      session.attach(socket, how);
      return socket;
    };
    const say = (socket: FakeSocket, event: object) =>
      session.receiveText(socket, JSON.stringify(event));
    const resume = (socket: FakeSocket) =>
      say(socket, {
        type: 'session.resume',
        session_id: 'sess_1',
        resume_token: 'token',
        last_seq: 1,
      });
    const first = attach('created');
    log.length = 0;
    return { clock, log, session, first, attach, say, resume };
  }

  it('is reported when another replaces it before its loss was noticed', () => {
    const { log, session, first, attach, resume } = lossy();
    const second = attach('resuming');
    session.detach(first, 1006);
    resume(second);
    const third = attach('resuming');
    session.detach(second, 1006);
    resume(third);
    expect(log).toEqual([
      'connection-lost 4409',
      'session-resumed',
      'connection-lost 4409',
      'session-resumed',
    ]);
  });

  it('is not made good by a connection that answers pings and resumes nothing', async () => {
    const { clock, session, first, attach } = lossy();
    session.detach(first, 1006);
    const second = attach('resuming');
    for (let elapsedS = 1; elapsedS <= 10; elapsedS++) {
      expect(second.isTerminated).toBe(false);
      session.heard();
      await clock.advance(1_000);
      session.check();
    }
    expect(second.isTerminated).toBe(true);
    session.detach(second, 1006);
    expect(session.isAttached).toBe(false);
  });

  it('is reported once, however many connections fail before one resumes the session', () => {
    const { log, session, first, attach, say, resume } = lossy();
    session.detach(first, 1006);
    session.detach(attach('resuming'), 1006);
    say(attach('resuming'), { type: 'ping', client_ms: 1 });
    attach('resuming');
    resume(attach('resuming'));
    expect(log).toEqual(['connection-lost 1006', 'session-resumed']);
  });
});

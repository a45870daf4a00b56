import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import { fingerprint } from '../../base/lib/ids.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import { Watchdog } from '../turn/watchdog.ts';
import { NO_RULES } from './session-options.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';
import { Session } from './session.ts';
import { TEST_CALLER, testSettings } from './caller.fake.ts';

function openSession() {
  const clock = new FakeClock();
  const { providers: policy, limits } = readConfig({});
  const watchdog = new Watchdog({ clock });
  const session = new Session(
    {
      providers: scriptedStages(clock),
      policy,
      languages: policy,
      limits,
      rules: NO_RULES,
      watchdog,
      opus: new FakeOpus(),
      clock,
    },
    {
      id: 'sess_1',
      ...TEST_CALLER,
      resumeKey: fingerprint('token'),
      settings: { ...testSettings(), isSpoken: false },
      emit: () => {},
      logger: silentLogger,
      onKeptBytes: () => {},
      onClosed: () => {},
    },
  );
  const socket = new FakeSocket();
  session.attach(socket, 'created');
  return {
    session,
    socket,
    say: (event: object) => session.receiveText(socket, JSON.stringify(event)),
  };
}

const type = fc.constantFrom('future.event', 'input_audio_buffer.hummed', 'constructor');
/** How many unknown events stand between two that are known. */
const runs = fc.array(fc.record({ type, count: fc.nat(700) }), { minLength: 1, maxLength: 2 });

it('events of a newer client use up their numbers, however many there are', () => {
  fc.assert(
    fc.property(runs, (unknown) => {
      const { session, socket, say } = openSession();
      let seq = 0;
      for (const { type: name, count } of [...unknown, { type: 'last', count: 0 }]) {
        for (let sent = 0; sent < count; sent++) say({ type: name, seq: ++seq, more: [sent] });
        say({ type: 'session.update', seq: ++seq, session: {} });
      }
      const events = socket.events;
      expect(events.filter((event) => event.type === 'error')).toEqual([]);
      expect(events.filter((event) => event.type === 'session.updated')).toHaveLength(
        unknown.length + 1,
      );
      session.close('normal');
    }),
    { numRuns: 20 },
  );
});

it('an unknown event with a number far ahead is refused like any other', () => {
  const { socket, say } = openSession();
  for (const seq of [1_001, 4_294_967_295, 'one', -1, 0.5]) say({ type: 'future.event', seq });
  say({ type: 'session.update', seq: 1, session: {} });
  const codes = socket.events.flatMap((event) => (event.type === 'error' ? [event.code] : []));
  expect(codes).toEqual(['sequence_gap', 'sequence_gap']);
  expect(socket.events.at(-1)?.type).toBe('session.updated');
});

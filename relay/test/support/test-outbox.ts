import { FakeClock } from '../../src/base/lib/clock.fake.ts';
import { Outbox } from '../../src/call/session/outbox.ts';
import { FakeSocket } from './fake-socket.ts';

/** An outbox on a fake clock, attached to a fake socket. */
export function createTestOutbox() {
  const clock = new FakeClock();
  const socket = new FakeSocket();
  let slow = 0;
  const outbox = new Outbox({ clock, onSlowConsumer: () => slow++ });
  outbox.attach(socket);
  return { clock, socket, outbox, timesSlow: () => slow };
}

import { afterEach, expect, it, vi } from 'vitest';
import { FakeClock } from '../base/lib/clock.fake.ts';
import { silentLogger } from '../base/lib/logger.ts';
import { Bus } from './bus.ts';
import { SharedSeal } from './shared-seal.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('takes nothing that was published again a minute later', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const bus = new Bus({
    memory: { publish: () => Promise.resolve(), listen: () => {}, keyOf: (key) => key },
    seal: new SharedSeal('the secret of all relays of this test'),
    replicas: { id: 'relay_1', peers: [] },
    clock: new FakeClock(),
    logger: silentLogger,
  });
  const message = bus.messageOf('ask', { id: 'ask_1', what: 'anything' });
  vi.setSystemTime(Date.now() + 59_000);
  expect(bus.read(message)).toMatchObject({ type: 'ask', from: 'relay_1', what: 'anything' });
  vi.setSystemTime(Date.now() + 2_000);
  expect(bus.read(message)).toBeUndefined();
});

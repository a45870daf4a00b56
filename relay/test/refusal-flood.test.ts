import { expect, it } from 'vitest';
import { rawRequest, upgradeRequest } from './support/raw-http.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay, type TestRelay } from './support/test-relay.ts';

/** The log's lines with this message, parsed. */
function logged({ logs }: TestRelay, message: string) {
  return logs.lines
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    .filter(({ msg }) => msg === message);
}

it('a call whose messages are refused all the time leaves a few lines, and their number', async () => {
  await using relay = await startTestRelay();
  const call = await TestCall.start(relay.url);
  const cancelled = { type: 'conversation.item.truncate', audio_end_ms: 1 } as const;
  for (let count = 0; count < 1_000; count++) {
    call.send({ ...cancelled, response_id: `resp_${count}` });
  }
  await call.inbound.until('all refusals', ({ events }) => {
    const errors = events.filter(({ type }) => type === 'error');
    return errors.length === 1_000 ? errors : undefined;
  });
  await call.hangUp();
  await relay.logs.until('session ended');
  const lines = logged(relay, 'message refused');
  expect(lines.map(({ leftOut }) => leftOut ?? 0)).toEqual([
    ...Array.from({ length: 10 }, () => 0),
    ...[5, 15, 31, 63, 127, 255],
  ]);
  expect(logged(relay, 'session ended')).toMatchObject([{ refusals: 1_000 }]);
});

it('requests and upgrades that are refused all the time leave a few lines, and their number', async () => {
  await using relay = await startTestRelay({ loggedRefusals: 10 });
  for (let count = 0; count < 60; count++) {
    expect((await fetch(`${relay.url}/api/v1/nowhere`)).status).toBe(404);
    await rawRequest(relay.url, upgradeRequest(relay.url, { target: '/elsewhere' }));
  }
  await relay.stop(0);
  const refused = [...logged(relay, 'request refused'), ...logged(relay, 'upgrade refused')];
  expect(refused).toHaveLength(10);
  expect(logged(relay, 'refusals left out of the log')).toMatchObject([
    { leftOut: 110, mostOf: '127.0.0.1', refusals: 120 },
  ]);
});

import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/base/config/config.ts';
import { createSession, signIn } from '../support/api.ts';
import { BALANCERS, COMPLAINTS, hasBalancer, startBalancer } from '../support/balancers.ts';
import { freePort } from '../support/free-port.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay, type TestRelay } from '../support/test-relay.ts';
import { deploymentFile } from './deployment-files.ts';

const ADMIN_TOKEN = 'administrator-0001';

const portOf = ({ url }: TestRelay) => Number(new URL(url).port);

const startBehindBalancer = () =>
  startTestRelay({
    env: {
      TRUSTED_PROXIES: '127.0.0.1',
      AUTH_SECRET: 'a secret of both relays, long enough',
      ADMIN_TOKEN,
    },
  });

async function drain({ url }: TestRelay): Promise<void> {
  const response = await fetch(new URL('/api/v1/admin/settings', url), {
    method: 'PATCH',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ is_draining: true }),
  });
  expect(response.status).toBe(200);
}

it.each([
  ['nginx.conf', /proxy_(?:read|send)_timeout (\d+)s/g],
  ['haproxy.cfg', /timeout tunnel (\d+)s/g],
  ['kubernetes.yaml', /proxy-(?:read|send)-timeout: '(\d+)'/g],
])('%s lets a call be silent for longer than two heartbeats', (name, pattern) => {
  const { heartbeat_ms: heartbeatMs } = readConfig({}).limits;
  const limits = [...deploymentFile(name).matchAll(pattern)].map(([, seconds]) => Number(seconds));
  expect(limits.length).toBeGreaterThan(0);
  for (const seconds of limits) expect(seconds * 1_000).toBeGreaterThan(2 * heartbeatMs);
});

describe.each(BALANCERS)('%s, with the file of the folder', (name) => {
  it.skipIf(!hasBalancer(name))('holds calls while another relay is gone', async () => {
    await using relay = await startBehindBalancer();
    await using balancer = await startBalancer(name, [await freePort(), portOf(relay)]);
    // Twice as many as there are relays: whichever has its turn first.
    for (let n = 0; n < 4; n += 1) {
      await using call = await TestCall.start(balancer.url);
      call.send({
        type: 'conversation.item.create',
        item: {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: 'What time?' }],
        },
      });
      expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
    }
    expect(balancer.complaints).not.toMatch(COMPLAINTS);
  });

  it.skipIf(!hasBalancer(name))('asks another relay while one drains', async () => {
    await using drained = await startBehindBalancer();
    await using relay = await startBehindBalancer();
    await drain(drained);
    await using balancer = await startBalancer(name, [portOf(drained), portOf(relay)]);
    const { url } = balancer;
    const token = await signIn(url);
    // Caddy learns of it by its health check alone, the others by the refusal itself, too.
    await vi.waitFor(async () => {
      for (let n = 0; n < 4; n += 1) await createSession(url, token);
    }, 10_000);
    await expect(createSession(drained.url, token)).rejects.toThrow();
    expect(balancer.complaints).not.toMatch(COMPLAINTS);
  });
});

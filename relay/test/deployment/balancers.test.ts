import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/base/config/config.ts';
import { createSession, signIn } from '../support/api.ts';
import { freePort } from '../support/free-port.ts';
import { CADDY, HAPROXY, NGINX, RealProxy } from '../support/real-proxies.ts';
import { TestCall } from '../support/test-call.ts';
import { startTestRelay, type TestRelay } from '../support/test-relay.ts';
import { deploymentFile } from './deployment-files.ts';

const ADMIN_TOKEN = 'administrator-0001';

/** What a balancer says of a file that it does not like. */
const COMPLAINTS = /\[(?:emerg|alert)\]|"level":"error"/i;

/** A balancer of the folder at a port, in front of the relays at some others. */
type Balancer = (port: number, relays: readonly number[]) => Promise<RealProxy>;

const addresses = (relays: readonly number[]) => relays.map((relay) => `127.0.0.1:${relay}`);

const nginx: Balancer = (port, relays) => {
  const servers = addresses(relays).map((address) => `server ${address} max_fails=0;`);
  const configuration = deploymentFile('nginx.conf')
    .replace('include /etc/nginx/parley-relays.conf;', servers.join('\n'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  return RealProxy.nginx(configuration, port);
};

const haproxy: Balancer = (port, relays) => {
  const servers = addresses(relays).map((address, n) => `server relay-${n} ${address}`);
  const configuration = deploymentFile('haproxy.cfg')
    .replace('bind :80', `bind 127.0.0.1:${port}`)
    .replaceAll(/^ +server .*$\n?/gm, '')
    .concat('  ', servers.join('\n  '), '\n');
  return RealProxy.haproxy(configuration, port);
};

const caddy: Balancer = (port, relays) => {
  const site = deploymentFile('Caddyfile')
    .replace('{$PUBLIC_URL}', `http://127.0.0.1:${port}`)
    .replace('{$PARLEY_RELAYS}', addresses(relays).join(' '));
  return RealProxy.caddy(site, port);
};

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

describe.each([
  ['nginx', NGINX, nginx],
  ['HAProxy', HAPROXY, haproxy],
  ['Caddy', CADDY, caddy],
] as const)('%s, with the file of the folder', (_, program, start) => {
  it.skipIf(program === undefined)('holds calls while another relay is gone', async () => {
    const port = await freePort();
    await using relay = await startBehindBalancer();
    await using balancer = await start(port, [await freePort(), portOf(relay)]);
    // Twice as many as there are relays: whichever has its turn first.
    for (let n = 0; n < 4; n += 1) {
      await using call = await TestCall.start(`http://127.0.0.1:${port}`);
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

  it.skipIf(program === undefined)('asks another relay while one drains', async () => {
    const port = await freePort();
    await using drained = await startBehindBalancer();
    await using relay = await startBehindBalancer();
    await drain(drained);
    await using balancer = await start(port, [portOf(drained), portOf(relay)]);
    const url = `http://127.0.0.1:${port}`;
    const token = await signIn(url);
    // Caddy learns of it by its health check alone, the others by the refusal itself, too.
    await vi.waitFor(async () => {
      for (let n = 0; n < 4; n += 1) await createSession(url, token);
    }, 10_000);
    await expect(createSession(drained.url, token)).rejects.toThrow();
    expect(balancer.complaints).not.toMatch(COMPLAINTS);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/project.ts';
import { freePort } from './free-port.ts';
import { CADDY, HAPROXY, NGINX, RealProxy } from './real-proxies.ts';

export const BALANCERS = ['nginx', 'haproxy', 'caddy'] as const;
export type BalancerName = (typeof BALANCERS)[number];

/** What a balancer says of a file that it does not like. */
export const COMPLAINTS = /\[(?:emerg|alert)\]|"level":"error"/i;

/** A balancer of the system's in front of several relays, without any stickiness. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** What it wrote, see `COMPLAINTS`. */
  readonly complaints: string;
}

const PROGRAMS = { nginx: NGINX, haproxy: HAPROXY, caddy: CADDY } as const;

export function hasBalancer(name: BalancerName): boolean {
  return PROGRAMS[name] !== undefined;
}

/**
 * Starts a balancer with the file of `docs/deploy`, but for this machine.
 *
 * @param ports - of the relays
 * @throws Error that says what to install
 */
export async function startBalancer(
  name: BalancerName,
  ports: readonly number[],
): Promise<Balancer> {
  if (!hasBalancer(name)) {
    throw new Error(`These tests need ${name}: install it with "apt-get install ${name}" as root.`);
  }
  const port = await freePort();
  const relays = ports.map((each) => `127.0.0.1:${each}`);
  const proxy = await START[name](port, relays);
  return {
    url: `http://127.0.0.1:${port}`,
    get complaints() {
      return proxy.complaints;
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

const START: Readonly<
  Record<BalancerName, (port: number, relays: readonly string[]) => Promise<RealProxy>>
> = {
  nginx(port, relays) {
    const servers = relays.map((relay) => `server ${relay} max_fails=0;`);
    const configuration = documented('nginx.conf')
      .replace('include /etc/nginx/parley-relays.conf;', servers.join('\n'))
      .replace('listen 80;', `listen 127.0.0.1:${port};`);
    return RealProxy.nginx(configuration, port);
  },
  haproxy(port, relays) {
    const servers = relays.map((relay, n) => `server relay-${n} ${relay}`);
    const configuration = documented('haproxy.cfg')
      .replace('bind :80', `bind 127.0.0.1:${port}`)
      .replaceAll(/^ +server .*$\n?/gm, '')
      .concat('  ', servers.join('\n  '), '\n');
    return RealProxy.haproxy(configuration, port);
  },
  caddy(port, relays) {
    const site = documented('Caddyfile')
      .replace('{$PUBLIC_URL}', `http://127.0.0.1:${port}`)
      .replace('{$PARLEY_RELAYS}', relays.join(' '));
    return RealProxy.caddy(site, port);
  },
};

function documented(name: string): string {
  return readFileSync(join(ROOT, 'docs/deploy', name), 'utf8');
}

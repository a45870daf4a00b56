import { freePort } from './free-port.ts';
import { HAPROXY, NGINX, RealProxy } from './real-proxies.ts';

export const BALANCERS = ['nginx', 'haproxy'] as const;
export type BalancerName = (typeof BALANCERS)[number];

/** A balancer of the system's, without any stickiness. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** What it wrote of errors. */
  readonly complaints: string;
}

const PROGRAMS = { nginx: NGINX, haproxy: HAPROXY } as const;

/**
 * Shares connections among relays, each in its turn.
 *
 * @param ports - of the relays, on this machine
 * @throws Error that says what to install
 */
export async function startBalancer(
  name: BalancerName,
  ports: readonly number[],
): Promise<Balancer> {
  if (PROGRAMS[name] === undefined) {
    throw new Error(`These tests need ${name}: install it with "apt-get install ${name}" as root.`);
  }
  const port = await freePort();
  const proxy = await (name === 'nginx'
    ? RealProxy.nginx(nginxServers(port, ports), port)
    : RealProxy.haproxy(haproxySections(port, ports), port));
  return {
    url: `http://127.0.0.1:${port}`,
    get complaints() {
      return proxy.complaints;
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

function nginxServers(port: number, ports: readonly number[]): string {
  const relays = ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`);
  return `map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
upstream relays { ${relays.join(' ')} }
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://relays;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    proxy_connect_timeout 1s;
    # A relay that refuses new calls because it stops is not the only one.
    proxy_next_upstream error timeout http_503 non_idempotent;
    # Longer than the heartbeat of calls, 15 s.
    proxy_read_timeout 75s;
  }
}`;
}

function haproxySections(port: number, ports: readonly number[]): string {
  const relays = ports.map((each, index) => `  server relay${index} 127.0.0.1:${each} check`);
  return `defaults
  mode http
  option forwardfor
  option redispatch 1
  retries 2
  retry-on conn-failure empty-response 503
  timeout connect 1s
  timeout client 75s
  timeout server 75s
  # Of WebSockets: longer than the heartbeat of calls, 15 s.
  timeout tunnel 75s
frontend parley
  bind 127.0.0.1:${port}
  default_backend relays
backend relays
  balance roundrobin
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host 127.0.0.1
  default-server inter 500ms fall 1 rise 1
${relays.join('\n')}
`;
}

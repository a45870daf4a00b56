import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { ROOT } from '../../tools/project.ts';
import { freePort } from '../support/free-port.ts';
import { serveHttp } from '../support/http-server.ts';
import { PostgresServer } from '../support/postgres-server.ts';
import { NGINX, untilListening } from '../support/real-proxies.ts';
import { RedisServer } from '../support/redis-server.ts';
import { RelayProcess } from '../support/relay-process.ts';

const COMMAND_MS = 60_000;

/**
 * Programs that this process answers for (`ask`), and those that need no more than a line of shell.
 * `apt-get` has installed what the machine has.
 */
const STAND_INS = (ask: string): Readonly<Record<string, string>> => ({
  systemctl: `exec '${process.execPath}' -e "${asking(ask)}" systemctl "$@"`,
  nginx: `exec '${process.execPath}' -e "${asking(ask)}" nginx "$@"`,
  'apt-get': 'exit 0',
  runuser: 'shift 3; exec "$@"',
  npm: `shift 3; exec '${process.execPath}' '${ROOT}/relay/doctor/main.ts' "$@"`,
});

/** A program that has this process do what it is told. */
const asking = (ask: string) =>
  `fetch('${ask}', { method: 'POST', body: process.argv.slice(1).join(' ') })` +
  `.then(({ ok }) => process.exit(ok ? 0 : 1))`;

/**
 * A machine as the page of deployment finds it: real Postgres, Redis and nginx, at free ports; its
 * files in a folder. In place of systemd this process starts what the installed units say.
 */
export class Machine implements AsyncDisposable {
  readonly #folder: string;
  /** The tens of the relays' ports: 878 stands in the page. */
  readonly #ports: number;
  readonly #balancerPort: number;
  readonly #postgres: PostgresServer;
  readonly #redis: RedisServer;
  readonly #relays = new Map<string, RelayProcess>();
  #nginx: ChildProcess | undefined;

  private constructor(
    folder: string,
    ports: number,
    balancerPort: number,
    postgres: PostgresServer,
    redis: RedisServer,
  ) {
    this.#folder = folder;
    this.#ports = ports;
    this.#balancerPort = balancerPort;
    this.#postgres = postgres;
    this.#redis = redis;
  }

  static async start(): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-machine-'));
    const [ports, balancerPort, postgres, redis] = await Promise.all([
      freeTens(),
      freePort(),
      PostgresServer.start(),
      RedisServer.start(),
    ]);
    const machine = new Machine(folder, ports, balancerPort, postgres, redis);
    for (const path of ['etc/systemd/system', 'etc/nginx/conf.d', 'etc/nginx/run', 'bin']) {
      await mkdir(join(folder, path), { recursive: true });
    }
    return machine;
  }

  /** Where people reach the relays. */
  get url(): string {
    return `http://localhost:${this.#balancerPort}`;
  }

  /** The relays that run, by their units' names. */
  get relays(): ReadonlyMap<string, RelayProcess> {
    return this.#relays;
  }

  /**
   * Runs commands of the page, as a shell that stops at the first one that fails.
   *
   * @throws Error with what was printed
   */
  async run(commands: string): Promise<void> {
    let failure: unknown;
    const { url, close } = await serveHttp((request, response) => {
      void text(request)
        .then((command) => this.#answer(command))
        .then(
          () => response.end(),
          (error: unknown) => response.writeHead(500).end(String((failure = error))),
        );
    });
    try {
      for (const [name, line] of Object.entries(STAND_INS(url))) {
        const path = join(this.#folder, 'bin', name);
        await writeFile(path, `#!/bin/sh\n${line}\n`);
        await chmod(path, 0o755);
      }
      const shell = spawn('bash', ['-euo', 'pipefail', '-c', this.#here(commands)], {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: COMMAND_MS,
        env: {
          ...process.env,
          PATH: [join(this.#folder, 'bin'), process.env['PATH']].join(delimiter),
          PGHOST: '127.0.0.1',
          PGPORT: String(this.#postgres.port),
          PGUSER: 'owner',
          PGDATABASE: 'postgres',
        },
      });
      const printed = Promise.all([text(shell.stdout), text(shell.stderr)]);
      const [status] = (await once(shell, 'exit')) as [number | null];
      if (status !== 0) {
        const reason = `${commands}\nended with ${status}: ${(await printed).join('\n')}`;
        throw new Error(reason, { cause: failure });
      }
    } finally {
      close();
    }
  }

  /** What stands in the page or in an installed file, for this machine. */
  #here(words: string): string {
    return words
      .replaceAll('/opt/parley', ROOT)
      .replaceAll('/etc/', `${this.#folder}/etc/`)
      .replaceAll('/var/lib/', `${this.#folder}/var/lib/`)
      .replaceAll('127.0.0.1:5432', `127.0.0.1:${this.#postgres.port}`)
      .replaceAll('127.0.0.1:6379', `127.0.0.1:${this.#redis.port}`)
      .replaceAll(/http:\/\/localhost(?!:)/g, this.url)
      .replaceAll('listen 80;', `listen 127.0.0.1:${this.#balancerPort};`)
      .replaceAll(/\b878(?=\d\b)/g, String(this.#ports));
  }

  async #answer(command: string): Promise<void> {
    const [program, verb, ...names] = command.split(' ').filter((word) => word !== '--now');
    if (program === 'nginx') return this.#checkNginx();
    for (const name of names) {
      if (name === 'nginx') await this.#reloadNginx();
      else if (verb === 'enable') await this.#startRelay(name);
      else if (verb === 'disable') await this.#stopRelay(name);
      else if (verb === 'restart') {
        await this.#stopRelay(name);
        await this.#startRelay(name);
      } else throw new Error(`There is no stand-in for: ${command}`);
    }
  }

  async #startRelay(name: string): Promise<void> {
    const [, instance = ''] = name.split('@');
    const unit = `${name.replace(/(?<=@).*/, '')}.service`;
    const lines = readFileSync(join(this.#folder, 'etc/systemd/system', unit), 'utf8')
      .replaceAll('%i', instance)
      .split('\n');
    const valuesOf = (key: string) =>
      lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
    const files = valuesOf('EnvironmentFile')
      .map((path) => this.#here(path.replace(/^-/, '')))
      .filter((path) => existsSync(path));
    const relay = await RelayProcess.start({
      env: {
        PORT: String(this.#ports * 10 + 7),
        STORAGE: 'on',
        // The doctor is silent for as long as that.
        HEARTBEAT_S: '1',
        ...parseEnv(this.#here(valuesOf('Environment').join('\n'))),
        ...parseEnv(files.map((path) => readFileSync(path, 'utf8')).join('\n')),
      },
    });
    this.#relays.set(name, relay);
  }

  async #stopRelay(name: string): Promise<void> {
    const relay = this.#relays.get(name);
    this.#relays.delete(name);
    await relay?.end('SIGTERM');
    await relay?.[Symbol.asyncDispose]();
  }

  /** @throws Error with what nginx says of the files that were installed */
  async #checkNginx(): Promise<void> {
    const { status, stderr } = spawnSync(NGINX!, ['-t', ...(await this.#nginxArguments())], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  async #reloadNginx(): Promise<void> {
    const args = await this.#nginxArguments();
    if (this.#nginx !== undefined) {
      this.#nginx.kill('SIGHUP');
      return;
    }
    this.#nginx = spawn(NGINX!, args, { stdio: 'ignore' });
    await untilListening(this.#balancerPort, this.#nginx);
  }

  async #nginxArguments(): Promise<readonly string[]> {
    const folder = join(this.#folder, 'etc/nginx');
    for (const path of globSync(join(folder, 'conf.d/*.conf'))) {
      const run = join(folder, 'run/parley.conf');
      await writeFile(run, this.#here(readFileSync(path, 'utf8')));
    }
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((name) => `${name}_temp_path ${name};`).join(' ');
    const main = `daemon off; pid nginx.pid; error_log stderr crit; worker_processes 2;
events {} http { access_log off; ${paths} include run/*.conf; }`;
    await writeFile(join(folder, 'nginx.conf'), main);
    return ['-p', folder, '-c', join(folder, 'nginx.conf')];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#nginx?.exitCode === null) {
      const ended = once(this.#nginx, 'exit');
      this.#nginx.kill('SIGTERM');
      await ended;
    }
    for (const name of this.#relays.keys()) await this.#stopRelay(name);
    await this.#redis[Symbol.asyncDispose]();
    await this.#postgres[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The tens of ports that nothing listens on, below those that the system gives away. */
async function freeTens(): Promise<number> {
  for (;;) {
    const tens = randomInt(1_100, 3_200);
    const servers = Array.from({ length: 10 }, (_, n) =>
      createServer().listen(tens * 10 + n, '127.0.0.1'),
    );
    const are = await Promise.all(
      servers.map((server) => once(server, 'listening').catch(() => undefined)),
    );
    for (const server of servers) server.close();
    if (are.every((one) => one !== undefined)) return tens;
  }
}

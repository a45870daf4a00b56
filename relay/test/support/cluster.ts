import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBalancer, type Balancer, type BalancerName } from './balancers.ts';
import { freePort } from './free-port.ts';
import { PostgresServer } from './postgres-server.ts';
import { RedisServer } from './redis-server.ts';
import { RelayProcess, type RelayProcessOptions } from './relay-process.ts';

export interface ClusterOptions {
  readonly relays: number;
  readonly balancer: BalancerName;
  /** A single relay that knows of no other, nor of a Redis. */
  readonly isAlone?: boolean;
  /** Of each relay, beside what makes them one. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of each process. */
  readonly process?: Pick<RelayProcessOptions, 'noticesLateness' | 'nodeFlags' | 'stderr'>;
}

/** One place for a relay; its process may end, and another may begin in it. */
interface Place {
  readonly port: number;
  readonly dataDir: string;
  relay: RelayProcess | undefined;
}

/** Relays behind a balancer, with a Redis and a Postgres of their own: one Parley. */
export class Cluster implements AsyncDisposable {
  readonly balancer: Balancer;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly #places: readonly Place[];
  readonly #options: ClusterOptions;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    options: ClusterOptions,
    parts: AsyncDisposableStack,
    held: Pick<Cluster, 'balancer' | 'redis' | 'postgres' | 'database'>,
    places: readonly Place[],
  ) {
    this.#options = options;
    this.#parts = parts;
    this.balancer = held.balancer;
    this.redis = held.redis;
    this.postgres = held.postgres;
    this.database = held.database;
    this.#places = places;
  }

  /** @throws Error that says what to install */
  static async start(options: ClusterOptions): Promise<Cluster> {
    await using parts = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'parley-cluster-'));
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    const redis = parts.use(await RedisServer.start());
    const postgres = parts.use(await PostgresServer.start());
    const database = await postgres.create();
    const places: Place[] = [];
    for (let number = 0; number < options.relays; number += 1) {
      const dataDir = join(folder, String(number));
      places.push({ port: await freePort(), dataDir, relay: undefined });
    }
    const ports = places.map(({ port }) => port);
    const balancer = parts.use(await startBalancer(options.balancer, ports));
    parts.defer(async () => {
      await Promise.all(places.map(async ({ relay }) => relay?.[Symbol.asyncDispose]()));
    });
    const held = { balancer, redis, postgres, database };
    const cluster = new Cluster(options, parts.move(), held, places);
    try {
      await Promise.all(places.map((_, number) => cluster.start(number)));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Of the balancer. */
  get url(): string {
    return this.balancer.url;
  }

  /** Of the relays, for another balancer. */
  get ports(): readonly number[] {
    return this.#places.map(({ port }) => port);
  }

  /** Of the processes of all relays that run. */
  get pids(): readonly number[] {
    return this.#places.flatMap(({ relay }) => relay?.child.pid ?? []);
  }

  /** @throws Error if no relay runs in this place */
  relay(number: number): RelayProcess {
    const { relay } = this.#places[number]!;
    if (relay === undefined) throw new Error(`Relay ${number} does not run.`);
    return relay;
  }

  /** Starts a relay in a place that has none, with what the last one left. Resolves once it is warm. */
  async start(number: number): Promise<void> {
    const place = this.#places[number]!;
    const { env, process, isAlone = false } = this.#options;
    const shared = {
      PEER_URL: `http://127.0.0.1:${place.port}`,
      REDIS_URL: this.redis.url,
    };
    place.relay = await RelayProcess.start({
      ...process,
      env: {
        TRUSTED_PROXIES: '127.0.0.1',
        STORAGE: 'on',
        ...env,
        PORT: String(place.port),
        DATA_DIR: place.dataDir,
        ...(isAlone ? {} : shared),
        DATABASE_URL: this.postgres.url(this.database),
        AUTH_SECRET: 'a secret that all relays of a cluster share',
      },
    });
    await place.relay.untilHealth(({ status }) => status === 'ok');
  }

  /** Ends a relay. Resolves once its process is gone. */
  async end(number: number, signal: NodeJS.Signals) {
    const relay = this.relay(number);
    const ending = relay.end(signal);
    this.#places[number]!.relay = undefined;
    return ending.finally(() => relay[Symbol.asyncDispose]());
  }

  query(statement: string): Promise<readonly Record<string, unknown>[]> {
    return this.postgres.query(this.database, statement);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

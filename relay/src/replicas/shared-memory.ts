import { createHash } from 'node:crypto';
import { createClient, ErrorReply } from '@redis/client';
import { withDeadline } from '../base/lib/deadline.ts';
import type { Clock } from '../base/lib/clock.ts';
import type { Logger } from '../base/lib/logger.ts';
import type { Problems } from '../base/lib/problems.ts';

/** Beside other programs in the same Redis. */
const PREFIX = 'parley:';
/** An answer of a Redis in the same network takes a millisecond or two. */
const COMMAND_MS = 1_000;
const CONNECT_MS = 2_000;
const MAX_RECONNECT_MS = 2_000;
/** Commands that may wait for their answers; further ones fail at once. */
const MAX_WAITING = 10_000;
/** A network may lose a connection without a word: it is tried so often, and made anew without an answer. */
const PING_MS = 5_000;
const PONG_MS = 3_000;
/** From the second attempt on it is a failure that people should know of. */
const RECONNECT_STEP_MS = 100;

/** Redis is away, or gave no answer in time. The command may have been carried out. */
export class SharedMemoryAway extends Error {}

/** A script in Lua, which Redis runs as one step. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

export function scriptOf(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

export interface SharedMemoryOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: Problems;
}

/**
 * What relays share for a while: a Redis or Valkey. It may be away at any time; nothing waits for it
 * longer than a second, and nothing is asked of it for each message of a call.
 */
export class SharedMemory implements AsyncDisposable {
  readonly #client: Client;
  readonly #listener: Client;
  readonly #options: SharedMemoryOptions;
  #cancelPing: () => void = () => {};

  /** It connects by itself, now and whenever the connection is lost. */
  constructor(options: SharedMemoryOptions) {
    this.#options = options;
    this.#client = this.#connected();
    this.#listener = this.#connected();
    this.#pingRegularly();
  }

  get isThere(): boolean {
    return this.#client.isReady;
  }

  /** Resolves once it is there, or has not been for two seconds. */
  async untilThere(): Promise<void> {
    if (this.isThere) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client.once('ready', resolve);
    const cancel = this.#options.clock.after(CONNECT_MS, resolve);
    await promise;
    cancel();
  }

  /** @param listener - called when Redis is there again: it may have lost what it had */
  onBack(listener: () => void): void {
    this.#client.on('ready', listener);
  }

  /** The whole name of a key, for scripts that make keys. */
  keyOf(key: string): string {
    return PREFIX + key;
  }

  /**
   * @param keys - without the prefix
   * @returns what the script returns
   * @throws SharedMemoryAway
   */
  run(
    { text, sha1 }: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<unknown> {
    const options = { keys: keys.map((key) => PREFIX + key), arguments: values.map(String) };
    return this.#ask(() =>
      this.#client.evalSha(sha1, options).catch((error: unknown) => {
        // A Redis that was restarted has forgotten it.
        if (!String(error).includes('NOSCRIPT')) throw error;
        return this.#client.eval(text, options);
      }),
    );
  }

  /** Tells all relays, this one included. @throws SharedMemoryAway */
  async publish(channel: string, message: string): Promise<void> {
    await this.#ask(() => this.#client.publish(PREFIX + channel, message));
  }

  /**
   * Hears what is published, for as long as this lives. What is published while Redis is away does
   * not come later: `missed` is called whenever hearing begins, the first time included.
   */
  listen(channels: readonly string[], hear: (message: string) => void, missed: () => void): void {
    const names = channels.map((channel) => PREFIX + channel);
    // What is subscribed already is not again, and the client renews it with its connection.
    const begin = () => void this.#listener.subscribe(names, hear).then(missed, () => {});
    this.#listener.on('ready', begin);
    if (this.#listener.isReady) begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelPing();
    this.#client.destroy();
    this.#listener.destroy();
    await Promise.resolve();
  }

  async #ask<T>(command: () => Promise<T>): Promise<T> {
    const late = () => new SharedMemoryAway('Redis gave no answer in time.');
    try {
      return await withDeadline(command(), COMMAND_MS, this.#options.clock, late);
    } catch (cause) {
      if (cause instanceof SharedMemoryAway) throw cause;
      // A script is wrong, or the memory is full: the relay goes on, and the operator should know.
      if (cause instanceof ErrorReply) {
        this.#options.logger.error({ err: cause }, 'Redis refused a command');
      }
      throw new SharedMemoryAway('Redis cannot be asked.', { cause });
    }
  }

  #pingRegularly(): void {
    const { clock, logger } = this.#options;
    this.#cancelPing = clock.after(PING_MS, () => {
      this.#pingRegularly();
      for (const client of [this.#client, this.#listener].filter(({ isReady }) => isReady)) {
        const late = () => new SharedMemoryAway('Redis says nothing.');
        withDeadline(client.ping(), PONG_MS, clock, late).catch((err: unknown) => {
          // One that failed by itself is made anew already; after the end there is none.
          if (!(err instanceof SharedMemoryAway) || !client.isReady) return;
          logger.warn('Redis says nothing: it is connected anew');
          client.destroy();
          client.connect().catch(() => {});
        });
      }
    });
  }

  #connected(): Client {
    const { url, logger, problems } = this.#options;
    const client = clientOf(url);
    client.on('error', (err: unknown) => {
      problems.report('redis_away');
      logger.debug({ err }, 'Redis cannot be reached');
    });
    client.on('ready', () => problems.clear('redis_away'));
    client.connect().catch(() => {});
    return client;
  }
}

type Client = ReturnType<typeof clientOf>;

function clientOf(url: string) {
  return createClient({
    url,
    RESP: 2,
    // What waits for a Redis that is away would be done when nobody wants it any more.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(retries * RECONNECT_STEP_MS, MAX_RECONNECT_MS),
    },
  });
}

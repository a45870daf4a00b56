import { PollReceiver, PollSender } from '../protocol/poll-batch.ts';
import { ParleyError } from '../protocol/errors.ts';
import { API_PATHS, openPollResponseSchema } from '../protocol/http-api.ts';
import { requestJson, requestRelay, type RelayEndpoint } from './relay-request.ts';
import type { WebSocketConstructor, WebSocketPort } from './relay-socket.ts';

/** The relay holds a request for so long, and the network takes its time. */
const DOWN_DEADLINE_MS = 30_000;
/** A request that failed is repeated after these, ms; after the last, the connection is lost. */
const RETRIES_MS = [100, 400, 1_000, 2_000, 4_000] as const;
/** What is sent within this time of one request waits for the next, so that there are few. */
const UP_INTERVAL_MS = 50;
/** How long a close may take to get to the relay. */
const CLOSE_MS = 1_000;
const LOST = 1006;

/** Values of `readyState`, as a WebSocket has them. */
const State = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;

/** What takes the place of the client's WebSockets, whatever their address. */
export function polledSockets(relay: RelayEndpoint): WebSocketConstructor {
  return class extends PolledSocket {
    constructor(_url: string, protocols: readonly string[]) {
      super(relay, protocols);
    }
  };
}

/**
 * What a WebSocket does, over plain requests: where a proxy lets no WebSocket through. What waits
 * goes up in one request at a time; another request waits at the relay for what comes down.
 */
export class PolledSocket implements WebSocketPort {
  binaryType = 'arraybuffer';
  readonly OPEN = State.open;
  readonly #relay: RelayEndpoint;
  readonly #events = new EventTarget();
  readonly #sender = new PollSender();
  readonly #receiver = new PollReceiver();
  readonly #over = new AbortController();
  #state: (typeof State)[keyof typeof State] = State.connecting;
  #token: string | undefined;
  #sending: Promise<void> | undefined;

  constructor(relay: RelayEndpoint, protocols: readonly string[]) {
    this.#relay = relay;
    void this.#run(protocols);
  }

  get readyState(): number {
    return this.#state;
  }

  /** Bytes that have not arrived, as far as is known. */
  get bufferedAmount(): number {
    return this.#sender.bytes;
  }

  readonly addEventListener: WebSocketPort['addEventListener'] = (
    type: string,
    listener: (event: never) => void,
  ) => this.#events.addEventListener(type, listener as () => void);

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#state !== State.open) return;
    this.#sender.push(data);
    this.#sending ??= this.#transmit();
  }

  close(code = 1000): void {
    if (this.#state === State.connecting) return this.#end(LOST);
    if (this.#state !== State.open) return;
    this.#state = State.closing;
    this.#sender.push({ closeCode: code });
    this.#sending ??= this.#transmit();
    const late = sleep(CLOSE_MS, this.#over.signal);
    void Promise.race([this.#sending, late]).then(() => this.#end(code));
  }

  async #run(protocols: readonly string[]): Promise<void> {
    try {
      const { signal } = this.#over;
      const request = {
        method: 'POST',
        path: API_PATHS.polls,
        body: { protocols },
        signal,
      } as const;
      const opened = await requestJson(this.#relay, request, openPollResponseSchema);
      signal.throwIfAborted();
      this.#token = opened.poll_token;
      this.#state = State.open;
      this.#events.dispatchEvent(new Event('open'));
      while (!signal.aborted) await this.#receive();
    } catch {
      // What RelayConnection does about a lost connection answers all there is to an error.
      this.#end(LOST);
    }
  }

  async #receive(): Promise<void> {
    const confirmation = this.#receiver.confirmation;
    const batch = await this.#ask(API_PATHS.pollDown, confirmation, DOWN_DEADLINE_MS);
    for (const message of this.#receiver.take(batch) ?? [{ closeCode: LOST }]) {
      if (this.#state !== State.open) return;
      if (typeof message === 'string') this.#deliver(message);
      else if (message instanceof Uint8Array) this.#deliver(message.buffer);
      else this.#end(message.closeCode);
    }
  }

  #deliver(data: string | ArrayBuffer): void {
    this.#events.dispatchEvent(Object.assign(new Event('message'), { data }));
  }

  /** Sends all that waits, one request after the other; resolves when nothing does. */
  async #transmit(): Promise<void> {
    try {
      // What is sent in one go goes together.
      await Promise.resolve();
      while (this.#sender.bytes > 0) {
        const { bytes, end } = this.#sender.batch();
        const interval = sleep(UP_INTERVAL_MS, this.#over.signal);
        await this.#ask(API_PATHS.pollUp, bytes);
        this.#sender.confirm(end);
        if (this.#state === State.open) await interval;
      }
    } catch {
      this.#end(LOST);
    }
    this.#sending = undefined;
  }

  /** Asks until there is an answer, for some seconds. */
  async #ask(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    deadlineMs?: number,
  ): Promise<Uint8Array> {
    const { signal } = this.#over;
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    const request = {
      method: 'POST',
      path,
      token: this.#token,
      body,
      signal,
      ...deadline,
    } as const;
    for (const retryMs of [...RETRIES_MS, undefined]) {
      try {
        return await requestRelay(this.#relay, request, async (answer) => {
          return new Uint8Array(await answer.arrayBuffer());
        });
      } catch (error) {
        const isFinal = error instanceof ParleyError && !error.retryable;
        if (isFinal || signal.aborted || retryMs === undefined) throw error;
        await sleep(retryMs, signal);
      }
    }
    throw new Error('unreachable');
  }

  #end(code: number): void {
    if (this.#state === State.closed) return;
    this.#state = State.closed;
    this.#over.abort();
    this.#events.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

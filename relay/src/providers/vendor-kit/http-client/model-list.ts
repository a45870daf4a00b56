import type { Clock } from '../../../base/lib/clock.ts';
import type { ProviderError } from '../../../call/stages/provider-error.ts';
import { BodyBounds } from './body-bounds.ts';
import type { VendorHttp } from './vendor-http.ts';

/** Before the idle connection is given up, on our side or the vendor's. */
const REFRESH_MS = 45_000;

/** How servers that know nothing of a list of models say so, or have it elsewhere. */
const NO_LIST: ReadonlySet<number> = new Set([301, 302, 303, 307, 308, 404, 405, 501]);

export interface ModelListRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a server without a list is accepted: not all that imitate an API have it. */
  readonly isOptional?: boolean;
  /** The address asked of a server without a list, if it has one: whether it is ready. */
  readonly healthUrl?: string;
}

/**
 * A vendor's list of models: a cheap request, answered only to those with the right key. It probes
 * the vendor, and keeps a connection open while calls run.
 */
export class ModelList implements AsyncDisposable {
  readonly #http: VendorHttp;
  readonly #request: ModelListRequest;
  readonly #clock: Clock;
  #calls = 0;
  #stop: (() => void) | undefined;

  /** @param http - is disposed of with the list */
  constructor(http: VendorHttp, request: ModelListRequest, clock: Clock) {
    this.#http = http;
    this.#request = request;
    this.#clock = clock;
  }

  /** @throws ProviderError; the signal's reason when aborted */
  async check(signal: AbortSignal): Promise<void> {
    const { url, isOptional, healthUrl } = this.#request;
    const refused = await this.#ask(url, signal);
    if (refused === undefined) return;
    if (isOptional !== true || !NO_LIST.has(refused.status ?? 0)) throw refused;
    // A server that answers this is there and lets us in. Whether it is ready, e.g. has loaded its
    // model, only some can say.
    const unready = healthUrl === undefined ? undefined : await this.#ask(healthUrl, signal);
    if (unready !== undefined && (unready.status ?? 503) === 503) throw unready;
  }

  /** A call has begun. @returns its end */
  keepWarm(): () => void {
    this.#calls += 1;
    if (this.#calls === 1) this.#start();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#calls -= 1;
      if (this.#calls === 0) this.#stop?.();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop?.();
    await this.#http[Symbol.asyncDispose]();
  }

  /** @returns how the server refused, if it did. @throws the signal's reason when aborted */
  async #ask(url: string, signal: AbortSignal): Promise<ProviderError | undefined> {
    const { headers } = this.#request;
    try {
      const response = await this.#http.request(url, { method: 'GET', headers, signal });
      // Read to its end: a cancelled body would take its connection with it.
      const bounds = new BodyBounds(response.headers.get('content-type'));
      for await (const part of response.body ?? []) {
        if (bounds.take(part as Uint8Array) !== undefined) break;
      }
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      return this.#http.failure(thrown);
    }
  }

  #start(): void {
    const controller = new AbortController();
    let cancel = () => {};
    const refresh = () => {
      cancel = this.#clock.after(REFRESH_MS, refresh);
      // A server that cannot be reached now shows when it is used.
      this.check(controller.signal).catch(() => {});
    };
    this.#stop = () => {
      cancel();
      controller.abort();
    };
    refresh();
  }
}

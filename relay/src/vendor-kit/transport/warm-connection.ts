import type { Clock } from '../../lib/clock.ts';
import type { VendorHttp } from './vendor-http.ts';

/** Before the idle connection is given up, on our side or the vendor's. */
const REFRESH_MS = 45_000;

/** Keeps a connection open while anybody is on a call, by a cheap request now and then. */
export class WarmConnection {
  readonly #http: VendorHttp;
  readonly #request: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly #clock: Clock;
  #calls = 0;
  #stop: (() => void) | undefined;

  constructor(
    http: VendorHttp,
    request: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
    clock: Clock,
  ) {
    this.#http = http;
    this.#request = request;
    this.#clock = clock;
  }

  /** @returns its end */
  keep(): () => void {
    this.#calls += 1;
    if (this.#calls === 1) this.#start();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#calls -= 1;
      if (this.#calls === 0) this.end();
    };
  }

  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #start(): void {
    const controller = new AbortController();
    let cancel = () => {};
    const refresh = () => {
      cancel = this.#clock.after(REFRESH_MS, refresh);
      void this.#touch(controller.signal);
    };
    this.#stop = () => {
      cancel();
      controller.abort();
    };
    refresh();
  }

  async #touch(signal: AbortSignal): Promise<void> {
    try {
      const response = await this.#http.request(this.#request.url, {
        method: 'GET',
        headers: this.#request.headers,
        signal,
      });
      // Read to its end: a cancelled body would take its connection with it.
      for await (const part of response.body ?? []) void part;
    } catch {
      // What cannot be reached now will tell when it is used.
    }
  }
}

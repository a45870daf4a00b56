import { subscriberOf } from '../../base/lib/network-address.ts';

/** Open connections by client. Holds as many numbers as clients are connected. */
export class ConnectionCounter {
  readonly #counts = new Map<string, number>();

  /** @returns what ends the connection's count; undefined if the client has `limit` already */
  open(address: string, limit: number): (() => void) | undefined {
    const key = subscriberOf(address);
    const count = this.#counts.get(key) ?? 0;
    if (count >= limit) return undefined;
    this.#counts.set(key, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = this.#counts.get(key)! - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}

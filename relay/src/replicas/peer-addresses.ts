import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Names that are looked up at a time; a peer is one of a few machines. */
const MAX_HOSTS = 1_000;

/** The addresses that other relays connect from: they bring many clients each. */
export class PeerAddresses {
  readonly #byHost = new Map<string, readonly string[]>();

  has(address: string): boolean {
    const plain = address.replace(/^::ffff:/, '');
    for (const addresses of this.#byHost.values()) if (addresses.includes(plain)) return true;
    return false;
  }

  /** @param urls - of the relays that are there now; names are looked up once */
  update(urls: readonly string[]): void {
    const hosts = urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
    for (const known of this.#byHost.keys()) if (!hosts.includes(known)) this.#byHost.delete(known);
    for (const host of hosts.slice(0, MAX_HOSTS)) {
      if (this.#byHost.has(host)) continue;
      this.#byHost.set(host, isIP(host) === 0 ? [] : [host]);
      if (isIP(host) === 0) void this.#look(host);
    }
  }

  async #look(host: string): Promise<void> {
    try {
      const found = await lookup(host, { all: true });
      if (this.#byHost.has(host))
        this.#byHost.set(
          host,
          found.map(({ address }) => address),
        );
    } catch {
      // It is looked up again with the next list.
      this.#byHost.delete(host);
    }
  }
}

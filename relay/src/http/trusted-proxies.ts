import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { plainAddress, type AddressList } from '../base/lib/network-address.ts';

/** Proxies in a row that are looked through. */
const MAX_HOPS = 20;

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * What a request's `X-Forwarded-…` headers are worth: nothing, unless it comes from a proxy that the
 * operator named. Anyone may write anything there.
 */
export class TrustedProxies {
  readonly #list: AddressList;

  constructor(proxies: AddressList) {
    this.#list = proxies;
  }

  /** Whether connections of this address are a proxy's, and those of many clients. */
  has(address: string): boolean {
    return this.#list.has(address);
  }

  /**
   * The address that a request comes from: of the connection or, if that is a trusted proxy's, the
   * last in `X-Forwarded-For` that is not. The client may have written those before it.
   */
  clientAddress({ headers, socket }: Request): string {
    const connected = addressOf(socket.remoteAddress ?? '') ?? 'unknown';
    if (!this.#list.has(connected)) return connected;
    const hops = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').slice(-MAX_HOPS);
    let client = connected;
    for (const hop of hops.toReversed()) {
      const address = addressOf(hop.trim());
      if (address === undefined) break;
      client = address;
      if (!this.#list.has(address)) break;
    }
    return client;
  }

  /** How the client reached us; undefined if a proxy may know that, but none that is trusted says so. */
  protocol({ headers, socket }: Request): 'http' | 'https' | undefined {
    if ((socket as Partial<TLSSocket>).encrypted === true) return 'https';
    if (!this.#list.has(socket.remoteAddress ?? '')) return undefined;
    // Proxies add theirs at the end. A client that writes one itself deceives only itself.
    const proto = [headers['x-forwarded-proto'] ?? []].flat().join(',').split(',')[0]?.trim();
    // Traefik says `ws` and `wss` of WebSockets.
    const scheme = proto?.toLowerCase().replace(/^ws/, 'http');
    return scheme === 'http' || scheme === 'https' ? scheme : undefined;
  }
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOf(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  return plainAddress(bare) ?? plainAddress(bare.replace(/:\d+$/, ''));
}

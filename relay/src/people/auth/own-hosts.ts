import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** `malformed` if the request does not say, once and legibly, which host it is for. */
export type HostVerdict = 'own' | 'foreign' | 'malformed';

/** A host and, perhaps, a port: no user, no path, no space, nothing that a URL would rewrite. */
const AUTHORITY = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{0,5})?$/i;
const ABSOLUTE_TARGET = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i;

/**
 * The hosts that requests may be for.
 *
 * A page may point its own name at this machine (DNS rebinding). Its requests then have the same
 * origin as the relay, and only the host's name shows that they come from elsewhere. An address
 * and `localhost` cannot be pointed anywhere; other names must be known. Ports are not compared,
 * because a proxy may listen on another one.
 */
export class OwnHosts {
  readonly #names: ReadonlySet<string>;

  /** @param names - host names without ports */
  constructor(names: Iterable<string>) {
    this.#names = new Set([...names].map(withoutDot));
  }

  /** Judges a request by its `Host` header and, if its target has a host as well, by that too. */
  judge({ url, headersDistinct }: Pick<IncomingMessage, 'url' | 'headersDistinct'>): HostVerdict {
    const hosts = headersDistinct['host'] ?? [];
    // One and only one (RFC 9112 §3.2).
    if (hosts.length !== 1) return 'malformed';
    const target = ABSOLUTE_TARGET.exec(url ?? '')?.[1];
    const verdicts = [...hosts, ...(target === undefined ? [] : [target])].map((authority) =>
      this.#judge(authority),
    );
    return verdicts.find((verdict) => verdict !== 'own') ?? 'own';
  }

  #judge(authority: string): HostVerdict {
    const host = AUTHORITY.exec(authority)?.[1];
    if (host === undefined || !URL.canParse(`http://${authority}`)) return 'malformed';
    const name = withoutDot(host);
    const isOwn =
      isIP(name.replaceAll(/[[\]]/g, '')) !== 0 ||
      name === 'localhost' ||
      name.endsWith('.localhost') ||
      this.#names.has(name);
    return isOwn ? 'own' : 'foreign';
  }
}

/** Names are the same in any case, and with the dot of the root at the end. */
function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

import { BlockList, isIP, isIPv4 } from 'node:net';

const LOOPBACK_NAME = /(^|\.)localhost\.?$/i;
/** Names that the public internet cannot look up (RFC 6762, RFC 8375, ICANN's `internal`). */
const PRIVATE_NAME = /^[^.]+$|\.(local|internal|lan|home\.arpa|test)\.?$/i;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Addresses and networks in CIDR notation. */
export class AddressList {
  readonly #list = new BlockList();

  /** @throws Error if an entry is neither an address nor a network */
  constructor(entries: Iterable<string>) {
    for (const entry of entries) {
      const [address = '', prefix, more] = entry.split('/');
      if (more !== undefined) throw new Error(`not a network: ${entry}`);
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else if (/^\d{1,3}$/.test(prefix)) this.#list.addSubnet(address, Number(prefix), family);
      else throw new Error(`not a network: ${entry}`);
    }
  }

  get isEmpty(): boolean {
    return this.#list.rules.length === 0;
  }

  /** @param address - an IPv4 one that is written as IPv6 counts as IPv4 */
  has(address: string): boolean {
    const plain = plainAddress(address);
    if (plain === undefined) return false;
    return this.#list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }
}

const LOOPBACK = new AddressList(['127.0.0.0/8', '::1']);
const PRIVATE = new AddressList([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'],
  ...['fc00::/7', 'fe80::/10'],
]);

/** @returns the address in its shortest form, without a zone; undefined if it is not one */
export function plainAddress(text: string): string | undefined {
  const address = text.replace(/%.*$/, '');
  const mapped = MAPPED_IPV4.exec(address)?.[1] ?? address;
  switch (isIP(mapped)) {
    case 4:
      return mapped;
    case 6:
      return new URL(`http://[${mapped}]`).hostname.slice(1, -1);
    default:
      return undefined;
  }
}

/**
 * What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one (RFC 6177), as a key
 * to count by.
 */
export function subscriberOf(address: string): string {
  const plain = plainAddress(address) ?? address;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - groups.length - rest.length }, () => '0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}

/** @param host - a name or an address, with or without brackets */
export function isLoopback(host: string): boolean {
  const bare = withoutBrackets(host);
  return LOOPBACK_NAME.test(bare) || LOOPBACK.has(bare);
}

/** Whether a host is this machine, or one that only its own network can reach. */
export function isPrivateHost(host: string): boolean {
  const bare = withoutBrackets(host);
  if (isIP(bare) !== 0) return LOOPBACK.has(bare) || PRIVATE.has(bare);
  return LOOPBACK_NAME.test(bare) || PRIVATE_NAME.test(bare);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

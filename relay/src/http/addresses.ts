import { isIPv6 } from 'node:net';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

type Interfaces = NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, 'address' | 'internal'>[]>;

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const IS_LOOPBACK = /^(127\.|::1$)/;

/**
 * Printed for people when the relay listens: the address to open on this machine, and those for
 * other devices.
 *
 * @param relayUrl - where the relay listens, e.g. `http://[::]:8787`
 */
export function addressesToOpen(
  relayUrl: string,
  publicUrl: string | undefined,
  interfaces: Interfaces = networkInterfaces(),
): string {
  const { protocol, hostname, port } = new URL(relayUrl);
  const isTls = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const at = (name: string) =>
    `${protocol}//${isIPv6(name) ? `[${name}]` : name}:${port || (isTls ? 443 : 80)}`;
  if (publicUrl !== undefined) {
    return `Parley is ready: open ${publicUrl}\n(it listens on ${at(host)})\n`;
  }
  const isWildcard = WILDCARDS.has(host);
  // Browsers give the microphone to `localhost`, not to `[::]` or `0.0.0.0`.
  const here = isWildcard || IS_LOOPBACK.test(host) ? 'localhost' : host;
  const ready = `Parley is ready: open ${at(here)}\n`;
  if (here === 'localhost' && !isWildcard) return ready;
  const others = isWildcard ? outerAddresses(interfaces).map(at) : [];
  const fromOthers = others.length === 0 ? '' : `From other devices: ${others.join(' or ')}\n`;
  if (isTls) return `${ready}${fromOthers}`;
  return (
    `${ready}${fromOthers}` +
    'Browsers give the microphone to localhost and to https pages only. For another device, set ' +
    'TLS_CERT and TLS_KEY, or put a proxy with a certificate in front and set PUBLIC_URL to its address.\n'
  );
}

/** Without link-local ones, which a browser cannot open without the name of an interface. */
function outerAddresses(interfaces: Interfaces): string[] {
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address);
}

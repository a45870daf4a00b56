import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../base/config/config.ts';
import type { Logger } from '../base/lib/logger.ts';
import { isLoopback } from '../base/lib/network-address.ts';

/**
 * Listens at the configured address, and warns if others on the way could read along.
 *
 * @returns that address, e.g. `http://127.0.0.1:8787`
 * @throws the system's error, e.g. `EADDRINUSE`
 */
export async function listen(
  server: Server,
  { host, port, publicUrl, auth }: Pick<Config, 'host' | 'port' | 'publicUrl' | 'auth'>,
  logger: Logger,
): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: taken, family } = server.address() as AddressInfo;
  const isTls = auth.tls !== undefined;
  if (!isTls && publicUrl?.startsWith('https:') !== true && !isLoopback(address)) {
    const warning = 'plain HTTP beyond this machine: others in the network can read along';
    logger.warn({ address }, warning);
  }
  const authority = `${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  return `${isTls ? 'https' : 'http'}://${authority}`;
}

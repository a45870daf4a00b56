import { createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { afterDeadline } from '../base/lib/deadline.ts';
import { isSameSecret } from '../base/lib/same-secret.ts';
import type { Clock } from '../base/lib/clock.ts';

/** Shows that a request comes from a relay of the same secret. */
export const PEER_HEADER = 'parley-peer';
/** A peer in the same network answers in milliseconds; one that died refuses or says nothing. */
const CONNECT_MS = 1_000;

export interface BridgeOptions {
  /** Origin of the relay that holds the call. */
  readonly peerUrl: string;
  readonly authSecret: string;
  readonly clock: Clock;
}

/** - `refused`: nothing listens there, so that its process is gone, or does not take the call */
export type BridgeOutcome = 'bridged' | 'refused' | 'not-held' | 'silent';

/**
 * Passes a client's WebSocket on to another relay, handshake included and byte by byte: what either
 * side sends costs this relay a copy, and no message is read.
 *
 * @param head - what the client has sent already
 * @returns unless `bridged`, the client's socket is as it was
 */
export function bridge(
  { url, headers }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { peerUrl, authSecret, clock }: BridgeOptions,
): Promise<BridgeOutcome> {
  return new Promise((resolve) => {
    const target = new URL(url!, peerUrl);
    const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, {
      headers: { ...headers, [PEER_HEADER]: peerToken(authSecret, headers) },
    });
    const end = (outcome: BridgeOutcome) => {
      cancel();
      request.destroy();
      resolve(outcome);
    };
    const cancel = afterDeadline(clock, CONNECT_MS, () => end('silent'));
    request.on('error', ({ code }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'refused' : 'silent'),
    );
    request.on('response', () => end('not-held'));
    request.on('upgrade', (answer, peer, peerHead) => {
      cancel();
      resolve('bridged');
      // A side that ends ends the other.
      const sides = [
        [socket, peer],
        [peer, socket],
      ] as const;
      for (const [one, other] of sides) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
      socket.write(handshakeOf(answer));
      socket.write(peerHead);
      peer.write(head);
      peer.pipe(socket);
      socket.pipe(peer);
    });
    request.end();
  });
}

/** Whether a request was passed on by a relay of the same secret. */
export function isFromPeer(
  { headers }: Pick<IncomingMessage, 'headers'>,
  authSecret: string,
): boolean {
  const { [PEER_HEADER]: shown } = headers;
  return typeof shown === 'string' && isSameSecret(shown, peerToken(authSecret, headers));
}

/** Holds for one handshake: its key is the client's, and new each time (RFC 6455 §4.1). */
export function peerToken(authSecret: string, headers: IncomingMessage['headers']): string {
  const key = headers['sec-websocket-key'] ?? '';
  return createHmac('sha256', authSecret).update(`peer ${key}`).digest('base64url');
}

function handshakeOf({ rawHeaders, statusCode, statusMessage }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

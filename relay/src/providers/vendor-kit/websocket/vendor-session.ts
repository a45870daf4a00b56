import { withDeadline } from '../../../base/lib/deadline.ts';
import { openVendorSocket, type VendorSocket, type VendorSocketOptions } from './vendor-socket.ts';

export interface VendorSession extends VendorSocketOptions {
  /** Sent as soon as the socket is open. */
  readonly firstMessage?: object;
  /** @throws ProviderError if the message is a refusal or not as documented */
  isReady(message: string, socket: VendorSocket): boolean;
}

/**
 * Opens a socket and waits until the vendor has answered that its session has begun. A refused key
 * or model may come only as a message on a socket that is open.
 *
 * @throws ProviderError; the signal's reason when aborted
 */
export async function openVendorSession(session: VendorSession): Promise<VendorSocket> {
  const { signal, clock, connectMs, firstMessage } = session;
  const socket = await openVendorSocket(session);
  const ready = Promise.withResolvers<void>();
  const onAbort = () => ready.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    socket.listen({
      text: (message) => {
        if (session.isReady(message, socket)) ready.resolve();
      },
      closed: ready.reject,
    });
    if (firstMessage !== undefined) socket.sendText(firstMessage);
    // A round trip with its own deadline: connecting may have used up the first.
    const late = () => socket.failure('timeout');
    await withDeadline(ready.promise, connectMs, clock, late);
    socket.listen({});
    return socket;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';

/** One message that a simulator took or gave. */
export interface Traffic {
  /** The same for everything on one WebSocket, or of one request and its answer. */
  readonly line: number;
  readonly way: 'in' | 'out';
  /** `performance.now()` of the simulator's process. */
  readonly atMs: number;
  /** undefined for binary messages, and for requests, whose body is read by the vendor's part. */
  readonly text: string | undefined;
}

/**
 * Tells what simulators take and give to whoever subscribed before the connection was made. A
 * simulator's timers are late under load; who measures the relay takes away what really passed.
 */
export const simulatorTraffic = channel('parley:simulator-traffic');

let nextLine = 1;

/** To be called before anyone else listens to the socket, so that nothing is told late. */
export function watchSocket(socket: WebSocket): void {
  if (!simulatorTraffic.hasSubscribers) return;
  const line = nextLine++;
  socket.on('message', (data, isBinary) =>
    publish(line, 'in', isBinary ? undefined : (data as Buffer).toString('utf8')),
  );
  const send = socket.send.bind(socket) as (...parts: unknown[]) => void;
  socket.send = (...parts: unknown[]) => {
    publish(line, 'out', typeof parts[0] === 'string' ? parts[0] : undefined);
    send(...parts);
  };
}

/** To be called as soon as the request is there. */
export function watchResponse(response: ServerResponse): void {
  if (!simulatorTraffic.hasSubscribers) return;
  const line = nextLine++;
  publish(line, 'in', undefined);
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  response.write = (...parts: unknown[]) => {
    publish(line, 'out', typeof parts[0] === 'string' ? parts[0] : undefined);
    return write(...parts);
  };
}

function publish(line: number, way: Traffic['way'], text: string | undefined): void {
  const traffic: Traffic = { line, way, atMs: performance.now(), text };
  simulatorTraffic.publish(traffic);
}

import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';

/** One message that a simulator took or gave. */
export interface Traffic {
  /** Of the simulator. */
  readonly url: string;
  /** The same for everything on one WebSocket, or of one request and its answer. */
  readonly line: number;
  readonly way: 'in' | 'out';
  /** `performance.now()` of the simulator's process. */
  readonly atMs: number;
  /** undefined for binary messages, and for requests, whose body is read by the vendor's part. */
  readonly text: string | undefined;
  /** Its length, where it is binary. */
  readonly bytes: number;
}

/**
 * Publishes what simulators take and give, to those who subscribed before the connection was made.
 * A simulator's timers are late under load; a measurement of the relay subtracts what really passed.
 */
export const simulatorTraffic = channel('parley:simulator-traffic');

let nextLine = 1;

/** To be called before anything else listens to the socket, so that nothing is published late. */
export function watchSocket(socket: WebSocket, url: string): void {
  if (!simulatorTraffic.hasSubscribers) return;
  const line = { url, line: nextLine++ };
  socket.on('message', (data, isBinary) =>
    publish(line, 'in', isBinary ? (data as Buffer) : (data as Buffer).toString('utf8')),
  );
  const send = socket.send.bind(socket) as (...parts: unknown[]) => void;
  socket.send = (...parts: unknown[]) => {
    publish(line, 'out', parts[0] as string | Uint8Array);
    send(...parts);
  };
}

/** To be called as soon as the request is there. */
export function watchResponse(response: ServerResponse, url: string): void {
  if (!simulatorTraffic.hasSubscribers) return;
  const line = { url, line: nextLine++ };
  publish(line, 'in', new Uint8Array(0));
  const write = response.write.bind(response) as (...parts: unknown[]) => boolean;
  response.write = (...parts: unknown[]) => {
    publish(line, 'out', parts[0] as string | Uint8Array);
    return write(...parts);
  };
}

function publish(
  line: Pick<Traffic, 'url' | 'line'>,
  way: Traffic['way'],
  data: string | Uint8Array,
): void {
  const isText = typeof data === 'string';
  const traffic: Traffic = {
    ...line,
    way,
    atMs: performance.now(),
    text: isText ? data : undefined,
    bytes: isText ? 0 : data.byteLength,
  };
  simulatorTraffic.publish(traffic);
}

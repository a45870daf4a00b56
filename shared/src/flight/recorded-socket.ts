import type { WebSocketPort } from '../link/relay-socket.ts';
import type { FlightRecorder } from './flight-recorder.ts';

export type SocketClass = new (url: string, protocols: string[]) => WebSocketPort;

/** A WebSocket of which all that passes is recorded. It listens first, so in order of arrival. */
export function recordedSocket(Socket: SocketClass, recorder: FlightRecorder): SocketClass {
  let sockets = 0;
  return class extends Socket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets += 1;
      const about = { kind: 'socket', socket: sockets } as const;
      recorder.note({ ...about, state: 'connecting' });
      this.addEventListener('open', () => recorder.note({ ...about, state: 'open' }));
      this.addEventListener('message', ({ data }) => recorder.received(data));
      this.addEventListener('close', ({ code }) =>
        recorder.note({ ...about, state: 'closed', code }),
      );
    }

    override send(data: string | Uint8Array<ArrayBuffer>): void {
      recorder.sent(data);
      super.send(data);
    }
  };
}

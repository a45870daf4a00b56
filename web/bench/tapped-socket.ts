import type { WebSocketPort } from '@parley/shared/link/relay-socket';

export interface TappedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Tap {
  readonly onSent: (event: TappedEvent) => void;
  readonly onReceived: (event: TappedEvent) => void;
  /** A socket is opened with these subprotocols. */
  readonly onOpening?: (protocols: readonly string[]) => void;
  /** As from a relay that leaves the end of a turn to the page. */
  readonly hidesTurnDetection: boolean;
}

/** A WebSocket whose events are seen from outside. */
export function tappedSocket({ onSent, onReceived, onOpening, hidesTurnDetection }: Tap) {
  return class implements WebSocketPort {
    readonly #socket: WebSocket;
    readonly OPEN = WebSocket.OPEN;

    constructor(url: string, protocols: string[]) {
      onOpening?.(protocols);
      this.#socket = new WebSocket(url, protocols);
    }

    get binaryType(): string {
      return this.#socket.binaryType;
    }
    set binaryType(type: string) {
      this.#socket.binaryType = type as BinaryType;
    }
    get readyState(): number {
      return this.#socket.readyState;
    }

    get bufferedAmount(): number {
      return this.#socket.bufferedAmount;
    }

    addEventListener(type: string, listener: (event: never) => void): void {
      if (type !== 'message') {
        this.#socket.addEventListener(type, listener as (event: Event) => void);
        return;
      }
      this.#socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        (listener as (event: { data: unknown }) => void)({ data: this.#received(data) });
      });
    }

    send(data: string | Uint8Array<ArrayBuffer>): void {
      if (typeof data === 'string') onSent(JSON.parse(data) as TappedEvent);
      this.#socket.send(data);
    }

    close(code?: number): void {
      this.#socket.close(code);
    }

    #received(data: unknown): unknown {
      if (typeof data !== 'string') return data;
      const event = JSON.parse(data) as TappedEvent;
      onReceived(event);
      if (!hidesTurnDetection || !('session' in event)) return data;
      const { turn_detection: _hidden, ...session } = event['session'] as Record<string, unknown>;
      return JSON.stringify({ ...event, session });
    }
  };
}

import type { WebSocket } from 'ws';
import type { Behaviour } from '../kit/simulator.ts';
import type { Answers } from './answers.ts';
import { objectOf, samplesOf } from './messages.ts';

/** What each of the simulated endpoints is given for a connection. */
export interface Session {
  readonly socket: WebSocket;
  readonly answers: Answers;
  readonly query: URLSearchParams;
  readonly behaviour: Behaviour;
  complain(complaint: string): void;
}

/** What an endpoint that listens does with what its client sends. */
export interface Listener {
  /** The vendor hangs up after this long without a message. */
  readonly idleMs: number;
  onIdle(): void;
  onAudio(samples: Int16Array): void;
  /** @param type - of a text message; undefined if it has none */
  onCommand(type: unknown): void;
}

/** Listens until the connection ends. @returns starts the idle time anew */
export function listen(session: Session, listener: Listener): () => void {
  const { socket, answers, behaviour, complain } = session;
  let stopIdle = () => {};
  const stayAwake = (): void => {
    stopIdle();
    stopIdle = answers.after(listener.idleMs, () => listener.onIdle());
  };
  stayAwake();
  socket.on('message', (data, isBinary) => {
    stayAwake();
    if (!isBinary) return listener.onCommand(objectOf(data)?.type);
    const bytes = (data as Buffer).length;
    if (bytes === 0 || bytes % 2 !== 0) complain(`Audio of ${bytes} bytes is not PCM16.`);
    const samples = samplesOf(data);
    behaviour.onAudio?.(samples);
    listener.onAudio(samples);
  });
  return stayAwake;
}

import { opusDurationMs } from '@parley/shared/audio/opus-packet';
import { SPEECH_SAMPLES_PER_MS } from '@parley/shared/audio/pcm16';
import type { WebSocket } from 'ws';
import type { Behaviour } from '../kit/simulator.ts';
import type { Answers } from './answers.ts';
import { objectOf, samplesOf } from './messages.ts';

/** A sample that is no silence. */
const SOUND = 2_000;

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
  const { socket, answers, query, behaviour, complain } = session;
  let stopIdle = () => {};
  const stayAwake = (): void => {
    stopIdle();
    stopIdle = answers.after(listener.idleMs, () => listener.onIdle());
  };
  stayAwake();
  socket.on('message', (data, isBinary) => {
    stayAwake();
    if (!isBinary) return listener.onCommand(objectOf(data)?.type);
    if (query.get('encoding') === 'opus') return hearPacket(session, listener, data as Buffer);
    const bytes = (data as Buffer).length;
    if (bytes === 0 || bytes % 2 !== 0) complain(`Audio of ${bytes} bytes is not PCM16.`);
    const samples = samplesOf(data);
    behaviour.onAudio?.(samples);
    listener.onAudio(samples);
  });
  return stayAwake;
}

/** Nothing is decoded here: a packet is a sound as long as it says. */
function hearPacket({ behaviour, complain }: Session, listener: Listener, data: Buffer): void {
  const packet = new Uint8Array(data);
  const durationMs = opusDurationMs(packet);
  if (durationMs === undefined) complain(`A message of ${data.length} bytes is not a packet.`);
  behaviour.onPacket?.(packet);
  listener.onAudio(new Int16Array((durationMs ?? 0) * SPEECH_SAMPLES_PER_MS).fill(SOUND));
}

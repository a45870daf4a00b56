import type { WebSocket } from 'ws';
import type { Behaviour } from '../kit/simulator.ts';
import type { Answers } from './answers.ts';

/** What each of the simulated endpoints is given for a connection. */
export interface Session {
  readonly socket: WebSocket;
  readonly answers: Answers;
  readonly query: URLSearchParams;
  readonly behaviour: Behaviour;
  complain(complaint: string): void;
}

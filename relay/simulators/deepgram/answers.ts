import type { WebSocket } from 'ws';
import type { FaultPlan } from '../kit/fault.ts';
import { breakSocket } from '../kit/simulator-server.ts';

/** Says what a session has to say, in order, with the faults that are planned for it. */
export class Answers {
  readonly #socket: WebSocket;
  readonly #plan: FaultPlan;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #waiting: (() => void)[] = [];
  #state: 'fresh' | 'started' | 'flowing' | 'delayed' | 'broken' = 'fresh';

  constructor(socket: WebSocket, plan: FaultPlan) {
    this.#socket = socket;
    this.#plan = plan;
    socket.once('close', () => {
      this.#state = 'broken';
      for (const timer of this.#timers) clearTimeout(timer);
    });
  }

  /** The next thing said is the first of a new use of the connection. */
  begin(): void {
    if (this.#state === 'flowing' || this.#state === 'started') this.#state = 'fresh';
  }

  json(message: object): void {
    this.#answer(() => this.#socket.send(JSON.stringify(message)));
  }

  bytes(bytes: Uint8Array): void {
    this.#answer(() => this.#socket.send(bytes));
  }

  /** Closes the connection after everything said before. */
  close(code?: number, reason?: string): void {
    this.#inOrder(() => this.#socket.close(code, reason));
  }

  /** Runs an action later, unless the connection is gone by then. */
  after(delayMs: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #inOrder(action: () => void): void {
    if (this.#state === 'broken') return;
    if (this.#state === 'delayed') this.#waiting.push(action);
    else action();
  }

  #answer(send: () => void): void {
    this.#inOrder(() => {
      if (this.#state === 'fresh') {
        this.#state = 'started';
        if (this.#suffers('first-use', () => this.#answer(send))) return;
      }
      send();
      if (this.#state !== 'started') return;
      this.#state = 'flowing';
      this.#suffers('mid-stream', () => {});
    });
  }

  /** @returns whether what was to be said must wait or is lost */
  #suffers(moment: 'first-use' | 'mid-stream', then: () => void): boolean {
    const fault = this.#plan.take(moment);
    if (breakSocket(this.#socket, fault)) {
      this.#state = 'broken';
      return true;
    }
    if (fault?.kind !== 'slow') return false;
    const before = this.#state;
    this.#state = 'delayed';
    this.after(fault.delayMs, () => {
      this.#state = before;
      then();
      for (const action of this.#waiting.splice(0)) this.#inOrder(action);
    });
    return true;
  }
}

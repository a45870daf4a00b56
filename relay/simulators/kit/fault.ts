/** What may go wrong with a vendor. */
export type Fault =
  /** Not reachable: the connection is refused or reset before anything is said. */
  | { readonly kind: 'refuse' }
  /** An HTTP status instead of an answer, also to a WebSocket's opening. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
  /** Everything is right, but the first answer comes this much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Connected and silent: takes what it is sent and says nothing more. */
  | { readonly kind: 'stall' }
  /** Says something that is not what it documents. */
  | { readonly kind: 'malformed' }
  /** The connection is cut without a goodbye. */
  | { readonly kind: 'abrupt-close' }
  /** The network is gone: neither data nor a goodbye arrives any more, in either direction. */
  | { readonly kind: 'half-open' };

/**
 * - `first-use`: before anything was answered: at the connection, the request, or the first answer
 * - `mid-stream`: after the first piece of the answer (a partial, a token, a chunk of audio)
 */
export type FaultMoment = 'first-use' | 'mid-stream';

interface Planned {
  readonly fault: Fault;
  readonly moment: FaultMoment;
  times: number;
}

/** Which faults are still to happen. */
export class FaultPlan {
  readonly #planned: Planned[] = [];
  #taken = 0;

  /** How many have happened. */
  get taken(): number {
    return this.#taken;
  }

  /** @param times - how often; without it until `clear` */
  add(fault: Fault, moment: FaultMoment, times = Number.POSITIVE_INFINITY): void {
    this.#planned.push({ fault, moment, times });
  }

  clear(): void {
    this.#planned.length = 0;
  }

  /** The fault that happens now, which is thereby used up once. */
  take(moment: FaultMoment, kinds?: readonly Fault['kind'][]): Fault | undefined {
    const planned = this.#planned.find(
      (candidate) =>
        candidate.moment === moment &&
        candidate.times > 0 &&
        (kinds === undefined || kinds.includes(candidate.fault.kind)),
    );
    if (planned === undefined) return undefined;
    planned.times -= 1;
    this.#taken += 1;
    return planned.fault;
  }
}

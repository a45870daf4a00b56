import type { FaultyConnection, Way } from '../../test/support/faulty-proxy.ts';
import { seeded } from './random.ts';

/** What a network does to a connection. */
export type Fault =
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' }
  /** One direction falls silent for good, and no end of the connection is seen there. */
  | { readonly kind: 'half-open'; readonly way: Way }
  | { readonly kind: 'stall'; readonly durationMs: number }
  /** Packets are lost and sent again; `durationMs` of it. */
  | { readonly kind: 'loss'; readonly durationMs: number };

export const FAULT_KINDS = [
  'cut',
  'reset',
  'half-open',
  'stall',
  'loss',
] as const satisfies readonly Fault['kind'][];

/** Between the end of a fault and the next one on the same connection. */
const GAP_MS = { least: 300, most: 7_000 };
const STALL_MS = { least: 200, most: 3_000 };
const LOSS_MS = { least: 2_000, most: 8_000 };
const LOSS_SHARE = 0.3;
/** TCP's least timeout of a retransmission, which doubles each time (RFC 6298, as of Linux). */
const FIRST_RETRANSMISSION_MS = 200;
const MAX_RETRANSMISSION_MS = 3_000;
/** Kinds that end a connection are rarer than those that only hold it up. */
const WEIGHTS: Readonly<Record<Fault['kind'], number>> = {
  cut: 2,
  reset: 2,
  'half-open': 1,
  stall: 3,
  loss: 2,
};

export interface Strike {
  /** Since the fault before, or since the connection began. */
  readonly afterMs: number;
  readonly fault: Fault;
}

/** The faults of one call, one after the other, for as many connections as it takes. */
export function* strikes(seed: number): Generator<Strike, never, undefined> {
  const random = seeded(seed);
  const between = ({ least, most }: { least: number; most: number }) =>
    Math.round(least + random() * (most - least));
  const kinds = FAULT_KINDS.flatMap((kind) => Array<Fault['kind']>(WEIGHTS[kind]).fill(kind));
  for (;;) {
    const afterMs = between(GAP_MS);
    const kind = kinds[Math.floor(random() * kinds.length)]!;
    yield { afterMs, fault: faultOf(kind) };
  }

  function faultOf(kind: Fault['kind']): Fault {
    switch (kind) {
      case 'cut':
      case 'reset':
        return { kind };
      case 'half-open':
        return { kind, way: random() < 0.5 ? 'up' : 'down' };
      case 'stall':
        return { kind, durationMs: between(STALL_MS) };
      case 'loss':
        return { kind, durationMs: between(LOSS_MS) };
    }
  }
}

/** How late a packet is. @param share - of packets that are lost and sent again */
export function lossDelayMs(random: () => number, share = LOSS_SHARE): number {
  let delayMs = 0;
  for (
    let timeoutMs = FIRST_RETRANSMISSION_MS;
    random() < share && delayMs < MAX_RETRANSMISSION_MS;
    timeoutMs *= 2
  ) {
    delayMs += timeoutMs;
  }
  return Math.min(delayMs, MAX_RETRANSMISSION_MS);
}

/** Lets a fault happen. @returns how long it lasts, ms; undefined if the connection is over by it */
export function strike(
  connection: FaultyConnection,
  fault: Fault,
  random: () => number,
): number | undefined {
  switch (fault.kind) {
    case 'cut':
      connection.cut();
      return undefined;
    case 'reset':
      connection.reset();
      return undefined;
    case 'half-open':
      connection.silence(fault.way);
      return undefined;
    case 'stall':
      connection.stall(fault.durationMs);
      return fault.durationMs;
    case 'loss':
      connection.delay(() => lossDelayMs(random));
      return fault.durationMs;
  }
}

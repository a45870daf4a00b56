import type { AudioCodec } from '@parley/shared';
import { serve } from '../process/serve.ts';
import { Fleet } from './fleet.ts';
import { openPipeLine, openRelayLine } from './lines.ts';
import type { Schedule } from './schedule.ts';
import type { Side } from './upstream.ts';

/** Callers of both sides. */
const fleets: Readonly<Record<Side, Fleet>> = {
  relay: new Fleet(),
  baseline: new Fleet(),
};

interface ConnectRequest {
  readonly side: Side;
  readonly url: string;
  /** Whether the bare pipe is there, or a relay. */
  readonly isPipe: boolean;
  readonly sessions: number;
  readonly schedule: Schedule;
  readonly codec: AudioCodec;
}

const handlers = {
  connect: ({ side, isPipe, ...how }: ConnectRequest) =>
    fleets[side].connect({ ...how, openLine: isPipe ? openPipeLine : openRelayLine }),
  begin: (side: Side) => fleets[side].begin(),
  flow: (side: Side) => fleets[side].flow(),
  pause: (side: Side) => fleets[side].pause(),
};
export type LoadHandlers = typeof handlers;

serve(handlers);

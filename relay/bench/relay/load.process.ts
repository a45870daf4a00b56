import { serve } from '../process/serve.ts';
import { Fleet } from './fleet.ts';
import { openPipeLine, openRelayLine } from './lines.ts';
import type { Schedule } from './schedule.ts';
import { Simulator } from './simulator.ts';
import { upstreamHandlers, type Side } from './upstream.ts';

/** Callers of both sides. */
const fleets: Readonly<Record<Side, Fleet>> = {
  relay: new Fleet(openRelayLine),
  baseline: new Fleet(openPipeLine),
};

const handlers = {
  connect: ({ side, ...how }: { side: Side; url: string; sessions: number; schedule: Schedule }) =>
    fleets[side].connect(how),
  begin: (side: Side) => fleets[side].begin(),
  flow: (side: Side) => fleets[side].flow(),
  pause: (side: Side) => fleets[side].pause(),
};
export type LoadHandlers = typeof handlers;

serve({
  ...handlers,
  // Unless a vendor is simulated, the transcribers are in the same process as the callers.
  ...upstreamHandlers({ relay: new Simulator('relay'), baseline: new Simulator('baseline') }),
});

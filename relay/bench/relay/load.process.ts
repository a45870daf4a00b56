import { AUDIO_FRAME_HEADER_BYTES } from '@parley/shared';
import { serve } from '../process/serve.ts';
import { Fleet } from './fleet.ts';
import { openPipeLine, openRelayLine } from './lines.ts';

export type Side = 'relay' | 'baseline';

/** Callers and transcribers in one process, so that one clock times the way between them. */
const fleets: Readonly<Record<Side, Fleet>> = {
  relay: new Fleet(0, openRelayLine),
  baseline: new Fleet(AUDIO_FRAME_HEADER_BYTES, openPipeLine),
};

const handlers = {
  listen: (side: Side) => fleets[side].listen(),
  connect: ({ side, url, sessions }: { side: Side; url: string; sessions: number }) =>
    fleets[side].connect(url, sessions),
  begin: (side: Side) => fleets[side].begin(),
  flow: (side: Side) => fleets[side].flow(),
  record: (side: Side) => fleets[side].record(),
  pause: (side: Side) => fleets[side].pause(),
};
export type LoadHandlers = typeof handlers;

serve(handlers);

import { serve } from '../process/serve.ts';
import { talk, type Talk } from './talker.ts';

/** About the length of a turn: the talkers' beginnings are spread over it. */
const SPREAD_MS = 4_400;

interface TalkersRequest {
  readonly url: string;
  readonly talkers: number;
  readonly turns: number;
  /** Turns are numbered on from here, so that each has a number of its own. */
  readonly firstTurn: number;
}

const handlers = {
  talk({ url, talkers, turns, firstTurn }: TalkersRequest): Promise<Talk[]> {
    // The process ends when the benchmark does; nothing needs to be stopped before.
    const { signal } = new AbortController();
    return Promise.all(
      Array.from({ length: talkers }, (_, index) =>
        talk({
          url,
          turns,
          firstTurn: firstTurn + index * turns,
          delayMs: (index / talkers) * SPREAD_MS,
          signal,
        }),
      ),
    );
  },
};
export type TalkersHandlers = typeof handlers;

serve(handlers);

import { serve } from '../process/serve.ts';
import { tokenOf } from './account-token.ts';
import { talk, type } from './caller.ts';
import { Tally } from './tally.ts';

/** About the length of a turn: the beginnings of the calls are spread over it. */
const SPREAD_MS = 10_000;
/** Connections opened in a second. */
const OPENINGS_PER_S = 100;

interface TypeRequest {
  readonly url: string;
  readonly secret: string;
  readonly connections: number;
  readonly messages: number;
}

interface TalkRequest {
  readonly url: string;
  readonly secret: string;
  readonly users: number;
  readonly durationMs: number;
}

// The process ends when the benchmark does; nothing needs to be stopped before.
const { signal } = new AbortController();

const handlers = {
  async type({ url, secret, connections, messages }: TypeRequest) {
    const tallies = { handled: new Tally(), answered: new Tally() };
    await each(connections, async (index) => {
      const token = await tokenOf(`typist-${index}`, secret);
      await type({ url, token, signal }, messages, tallies);
    });
    return report(tallies);
  },
  async talk({ url, secret, users, durationMs }: TalkRequest) {
    const tallies = { handled: new Tally(), answered: new Tally() };
    const endMs = performance.now() + durationMs;
    const spreadMs = Math.max(SPREAD_MS, (users / OPENINGS_PER_S) * 1_000);
    await each(users, async (index) => {
      const token = await tokenOf(`talker-${index}`, secret);
      const delayMs = (index / users) * spreadMs;
      await talk({ url, token, signal }, { delayMs, endMs }, tallies);
    });
    return report(tallies);
  },
};
export type CallersHandlers = typeof handlers;

function each(count: number, work: (index: number) => Promise<void>) {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

function report({ handled, answered }: { readonly handled: Tally; readonly answered: Tally }) {
  return {
    handled: handled.figures(),
    answered: answered.figures(),
    problems: [...handled.problems, ...answered.problems],
  };
}

serve(handlers);

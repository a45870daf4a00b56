import { inspect } from 'node:util';
import { systemClock, type Clock } from '../../src/base/lib/clock.ts';
import { settle } from '../../src/base/lib/clock.fake.ts';
import { ProviderError } from '../../src/call/stages/provider-error.ts';
import type { Rig } from './subject.ts';

/** How a stream ended. */
export type Outcome<Event> =
  | { readonly kind: 'completed'; readonly events: readonly Event[] }
  | { readonly kind: 'failed'; readonly events: readonly Event[]; readonly error: unknown }
  /** The request was still waiting when the test's patience ended. */
  | { readonly kind: 'waiting'; readonly events: readonly Event[] }
  /** The request went on waiting although it was aborted. */
  | { readonly kind: 'hung'; readonly events: readonly Event[] };

/** How soon an aborted adapter must be gone: sooner than any deadline, on however busy a machine. */
const ABORT_MS = 1_000;
/** Turns of the event loop granted on top: on a busy machine the timer and the work are late alike. */
const GRACE_TURNS = 20;

/** Resolves with whether `work` settled within the time, give or take what the machine was late. */
export async function settlesWithin(
  work: Promise<unknown>,
  ms: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  const state = { isSettled: false };
  const settled = () => {
    state.isSettled = true;
  };
  const done = work.then(settled, settled);
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([done, late]);
  cancel();
  for (let turn = 0; turn < GRACE_TURNS && !state.isSettled; turn++) await settle();
  return state.isSettled;
}

/** Whether it keeps the deadline that every abort has. */
export function isPrompt(work: Promise<unknown>): Promise<boolean> {
  return settlesWithin(work, ABORT_MS);
}

/**
 * Runs a stream to its end, or aborts it once it has said nothing for `patienceMs`, to which it
 * must then listen.
 */
export async function outcomeOf<Event>(
  stream: (signal: AbortSignal) => AsyncIterable<Event>,
  patienceMs: number,
  clock?: Clock,
): Promise<Outcome<Event>> {
  const abort = new AbortController();
  const events: Event[] = [];
  let error: unknown;
  let hasFailed = false;
  const run = (async () => {
    try {
      for await (const event of stream(abort.signal)) events.push(event);
    } catch (thrown) {
      hasFailed = true;
      error = thrown;
    }
  })();
  if (await settlesWithin(run, patienceMs, clock)) {
    return hasFailed ? { kind: 'failed', events, error } : { kind: 'completed', events };
  }
  abort.abort(new Error('the test waits no longer'));
  return { kind: (await isPrompt(run)) ? 'waiting' : 'hung', events };
}

/** Whether an error, however deep it is hidden, or a line of the log gives the key away. */
export function tellsSecret(rig: Rig<unknown>, error: unknown): boolean {
  const text = inspect(error, { showHidden: true, depth: 12, maxStringLength: null });
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return [text, stack, ...rig.logs].some((each) => each.includes(rig.simulator.key));
}

/** What is left open at the vendor, and what the vendor had to object to. */
export async function unrestOf(rig: Rig<unknown>): Promise<string[]> {
  await until(() => rig.simulator.open === 0);
  const { open, complaints } = rig.simulator;
  return [...(open === 0 ? [] : [`${open} left open`]), ...complaints];
}

/** What holds the process once the test before has let go of its sockets, or after five seconds. */
export async function heldBefore(): Promise<string[]> {
  await until(() => !held().includes('TCPSocketWrap'));
  return held();
}

/** What holds the process beyond that, once it is nothing, or after five seconds. */
export async function heldBeyond(before: readonly string[]): Promise<string[]> {
  const beyond = () => {
    const left = [...before];
    return held().filter((kind) => {
      const index = left.indexOf(kind);
      if (index >= 0) left.splice(index, 1);
      return index < 0;
    });
  };
  await until(() => beyond().length === 0);
  return beyond();
}

/** Sockets, servers, timers and threads. */
function held(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /TCP|Timeout|Worker|Message/.test(kind))
    .toSorted();
}

/** Resolves once `check` holds, or after five seconds; the caller checks again. */
export async function until(check: () => boolean): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!check() && performance.now() < endMs) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function asProviderError(error: unknown): ProviderError {
  if (!(error instanceof ProviderError)) {
    throw new Error(`Not a ProviderError: ${inspect(error)}`, { cause: error });
  }
  return error;
}

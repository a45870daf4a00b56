import type { Clock } from '../../../base/lib/clock.ts';
import { withDeadline } from '../../../base/lib/deadline.ts';
import type { ToolSet } from '@ai-sdk/provider-utils';

/** Tools from elsewhere that a language model may use. */
export interface Toolbox {
  /** The tools that can be used at this moment, by names no two of them share. */
  tools(): ToolSet;
}

/** The person waits in silence: a tool that has not answered by then has failed. */
const TOOL_DEADLINE_MS = 10_000;
/** Longest result of a tool, characters; the model reads all of it before it says a word. */
const MAX_RESULT_CHARACTERS = 8_000;

/**
 * Runs a tool within its deadline. Failures come back as words, because the model, not the
 * person, is the one to make something of them.
 *
 * @param work - gets a signal that is aborted at the deadline and with `signal`
 */
export async function boundedTool(options: {
  readonly work: (signal: AbortSignal) => Promise<string> | string;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly onFailure?: (error: unknown) => void;
}): Promise<string> {
  const { signal, clock } = options;
  const controller = new AbortController();
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop);
  try {
    const result = await withDeadline(
      // Not called before the race is set up: an error at once is a failure like any other.
      Promise.resolve().then(() => options.work(controller.signal)),
      TOOL_DEADLINE_MS,
      clock,
      () => new ToolTooSlowError(),
    );
    return bounded(result);
  } catch (error) {
    if (signal?.aborted === true) return 'The tool was stopped.';
    options.onFailure?.(error);
    return error instanceof ToolTooSlowError
      ? 'The tool did not answer in time.'
      : 'The tool failed. It may work later.';
  } finally {
    signal?.removeEventListener('abort', stop);
    controller.abort();
  }
}

function bounded(result: string): string {
  return result.length <= MAX_RESULT_CHARACTERS
    ? result
    : `${result.slice(0, MAX_RESULT_CHARACTERS)}\n[The rest was too long.]`;
}

export class ToolTooSlowError extends Error {}

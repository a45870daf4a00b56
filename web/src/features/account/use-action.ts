import { useEffect, useRef, useState } from 'react';
import { problemOf } from './remote.ts';

export interface Action {
  readonly isRunning: boolean;
  /** Why it did not work the last time; null if it did. */
  readonly complaint: string | null;
  /** Does `work`, unless it is being done. @returns whether it was done */
  run(work: (signal: AbortSignal) => Promise<void>): Promise<boolean>;
}

/** Something that a person asked for and that the relay may refuse. Leaving the page breaks it off. */
export function useAction(): Action {
  const [isRunning, setRunning] = useState(false);
  const [complaint, setComplaint] = useState<string | null>(null);
  const leaving = useRef<AbortController>(null);
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current?.abort();
  }, []);
  return {
    isRunning,
    complaint,
    async run(work) {
      const signal = leaving.current?.signal;
      if (isRunning || signal === undefined) return false;
      setRunning(true);
      setComplaint(null);
      try {
        await work(signal);
        return true;
      } catch (error) {
        if (!signal.aborted) setComplaint(complaintOf(error));
        return false;
      } finally {
        setRunning(false);
      }
    },
  };
}

function complaintOf(error: unknown): string {
  const problem = problemOf(error);
  if (problem.kind === 'signed-out') return 'This server no longer knows you.';
  return problem.kind === 'missing' ? 'It is not there any more.' : problem.message;
}

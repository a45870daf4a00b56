/** First steps from the runbook in docs/operations.md, by the code of a cause. */
const STEPS: Readonly<Record<string, string>> = {
  stage_down:
    'See below what failed: a key that is not valid, a plan that is used up, or a vendor that is down. Mend it, then press Reset.',
  service_failed:
    'Calls go on with another provider. See its last error below; once that is mended, press Reset.',
  service_degraded: 'Nothing yet: after three failures in a row another provider takes its place.',
  answers_slow: 'See below which part takes the time, and put a faster provider first.',
  sessions_stuck:
    'End the calls that are marked as stuck below: their people can call again at once.',
  budget_low: 'Raise BUDGET_DAY_USD, or limit who spends: when it is used up, calls end.',
  memory_low: 'The lines [MEMORY] of the log below name what uses it.',
  event_loop_late: 'Lower MAX_SESSIONS, or move other programs off this machine.',
};

/** What an operator does about a cause, as one sentence or two. */
export function whatToDo(code: string): string {
  return STEPS[code] ?? `The operations document says what to do about ${code}.`;
}

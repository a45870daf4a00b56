import type { ErrorCode } from '@parley/shared';

/** What is said aloud when a stage fails; never silence. */
const APOLOGIES: Partial<Record<ErrorCode, string>> = {
  capacity_exhausted:
    "I'm sorry, everyone here is busy right now. Please try again in a few seconds.",
  transcriber_failed: "I'm sorry, my hearing failed for a moment. Please say that again.",
  transcriber_timeout: "I'm sorry, I could not make that out in time. Please say it again.",
  generator_failed: "I'm sorry, I could not find an answer. Please try again.",
  generator_timeout: "I'm sorry, that took me too long. Please try again.",
};

export function apologyFor(code: ErrorCode): string {
  return APOLOGIES[code] ?? "I'm sorry, something went wrong. Please try again.";
}

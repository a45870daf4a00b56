import type { Clock } from './clock.ts';

/** What can be wrong with the relay itself, and what `/health` says of it. */
const SENTENCES = {
  log_not_written: 'The log cannot be written, so lines are being left out.',
  log_file_not_written: 'LOG_FILE cannot be written; the log goes on, on standard error.',
  secret_not_kept:
    'The disk of the data folder is full: guests must sign in again after a restart.',
  data_not_written: 'The data folder cannot be written.',
  storage_behind: 'The database cannot be written to; conversations wait on disk.',
  settings_not_read:
    'The settings that an administrator changed cannot be read: those of the environment hold.',
  spending_not_read:
    "Today's spending cannot be read: until the database answers, budgets of the day begin anew.",
  few_descriptors:
    'The process may open too few files for as many calls as MAX_SESSIONS: fewer are let in.',
  certificate_not_loaded: 'The new certificate cannot be used, so the old one is kept.',
  certificate_expires: 'The certificate has expired, or will within a week.',
  issuer_unreachable:
    'The issuer of the accounts cannot be asked for its keys, so sign-ins may be refused.',
  redis_away:
    'Redis cannot be reached: calls go on, each relay counts rates alone, and paid turns go on until the share of the budgets that this relay has drawn is used.',
  memory_low: 'Memory is nearly used up.',
  internal_error: 'Something failed that belongs to no call.',
  event_loop_late: 'The process is overloaded: its work is late.',
} as const;

export type ProblemCode = keyof typeof SENTENCES;

/** A fault of the relay itself that is present now. */
interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Since when, on the clock that the problems were made with, ms. */
  readonly sinceMs: number;
}

/** The faults of the relay itself that are present now, one of each code. */
export class Problems {
  readonly #clock: Clock;
  readonly #present = new Map<ProblemCode, Problem>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * From now on, until it is cleared, `code` is present; if it is already, only its sentence
   * changes.
   *
   * @param message - for people, without secrets; by default the sentence of the code
   */
  report(code: ProblemCode, message: string = SENTENCES[code]): void {
    const sinceMs = this.#present.get(code)?.sinceMs ?? this.#clock.now();
    this.#present.set(code, { code, message, sinceMs });
  }

  clear(code: ProblemCode): void {
    this.#present.delete(code);
  }

  /** The oldest first, in the shape that `/health` gives them. */
  list(): { readonly code: ProblemCode; readonly message: string; readonly since_s: number }[] {
    const nowMs = this.#clock.now();
    return [...this.#present.values()].map(({ code, message, sinceMs }) => ({
      code,
      message,
      since_s: Math.round((nowMs - sinceMs) / 1_000),
    }));
  }
}

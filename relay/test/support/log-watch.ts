import { withDeadline } from '../../src/base/lib/deadline.ts';
import { systemClock } from '../../src/base/lib/clock.ts';

const DEADLINE_MS = 15_000;

/** The relay's log, to wait for what only the relay can know. */
export class LogWatch {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const wake of this.#waiting) wake();
  }

  /** Resolves with the first line that holds `text`. */
  until(text: string): Promise<string> {
    return this.untilLine((line) => line.includes(text), `"${text}"`);
  }

  /** Resolves with the first line that satisfies `check`. @param what - for the error */
  async untilLine(check: (line: string) => boolean, what = 'such a line'): Promise<string> {
    let wake = () => {};
    const found = new Promise<string>((resolve) => {
      wake = () => {
        const line = this.lines.find(check);
        if (line !== undefined) resolve(line);
      };
      this.#waiting.add(wake);
      wake();
    });
    try {
      return await withDeadline(
        found,
        DEADLINE_MS,
        systemClock,
        () => new Error(`The relay never logged ${what}`),
      );
    } finally {
      this.#waiting.delete(wake);
    }
  }
}

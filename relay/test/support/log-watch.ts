import { withDeadline } from '../../src/lib/deadline.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** The relay's log, to wait for what only the relay can know. */
export class LogWatch {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const wake of this.#waiting) wake();
  }

  /** Resolves with the first line that holds `text`. */
  async until(text: string, deadlineMs = 15_000): Promise<string> {
    let wake = () => {};
    const found = new Promise<string>((resolve) => {
      wake = () => {
        const line = this.lines.find((candidate) => candidate.includes(text));
        if (line !== undefined) resolve(line);
      };
      this.#waiting.add(wake);
      wake();
    });
    try {
      return await withDeadline(
        found,
        deadlineMs,
        systemClock,
        () => new Error(`The relay never logged "${text}"`),
      );
    } finally {
      this.#waiting.delete(wake);
    }
  }
}

/** Takes a line of the log with its newline. Returns at once, and writes nothing to the log. */
export type LogListener = (line: string) => void;

/** Stands before the log's output. Each listener gets every line, redacted like the log. */
export class LogTap {
  readonly #destination: { write(line: string): void };
  readonly #listeners = new Set<LogListener>();

  constructor(destination: { write(line: string): void }) {
    this.#destination = destination;
  }

  /** @returns its end */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  write(line: string): void {
    this.#destination.write(line);
    if (this.#listeners.size === 0) return;
    for (const listener of this.#listeners) listener(line);
  }
}

/** The last values of a series, no more than `size`. */
export class RecentValues {
  readonly #size: number;
  readonly #values: { readonly value: number; readonly atMs: number }[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(value: number, atMs: number): void {
    this.#values[this.#next] = { value, atMs };
    this.#next = (this.#next + 1) % this.#size;
  }

  /** In no order. */
  since(atMs: number): readonly number[] {
    return this.#values.filter((one) => one.atMs >= atMs).map(({ value }) => value);
  }

  get all(): readonly number[] {
    return this.#values.map(({ value }) => value);
  }
}

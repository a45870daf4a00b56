/** A place in the order; empty until what it is kept for is known. */
export interface QueuePlace<T> {
  value: T | undefined;
}

/**
 * Hands things on in the order in which their places were taken, however late each one becomes
 * known: what is known early waits for those before it.
 *
 * The owner sees to it that every place is filled in the end, because what follows waits for it.
 */
export class InOrder<T extends object> {
  readonly #onKnown: (values: readonly [T, ...T[]]) => void;
  readonly #places: QueuePlace<T>[] = [];

  /** @param onKnown - is given all at once what had waited for the same place */
  constructor(onKnown: (values: readonly [T, ...T[]]) => void) {
    this.#onKnown = onKnown;
  }

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  /** Takes the last place for something that becomes known later. */
  take(): QueuePlace<T> {
    const place: QueuePlace<T> = { value: undefined };
    this.#places.push(place);
    return place;
  }

  fill(place: QueuePlace<T>, value: T): void {
    place.value = value;
    this.#handOn();
  }

  /** @param before - takes the place in front of this one, otherwise the last */
  add(value: T, before?: QueuePlace<T>): void {
    const index = before === undefined ? -1 : this.#places.indexOf(before);
    this.#places.splice(index === -1 ? this.#places.length : index, 0, { value });
    this.#handOn();
  }

  #handOn(): void {
    const known: T[] = [];
    while (this.#places[0]?.value !== undefined) known.push(this.#places.shift()!.value!);
    const [first, ...rest] = known;
    if (first !== undefined) this.#onKnown([first, ...rest]);
  }
}

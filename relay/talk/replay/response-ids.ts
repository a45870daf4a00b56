import type { RelayEventOf } from '@parley/shared';

type Created = Pick<
  RelayEventOf<'response.created'>,
  'response_id' | 'item' | 'trigger' | 'utterance'
>;

/**
 * Names for the responses of a call that another run of it has too: what a response answers, and
 * the how manieth it is that does.
 */
export class ResponseIds {
  readonly #keys = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  readonly #keysByItem = new Map<number, string>();
  readonly #counts = new Map<string, number>();

  /** @returns its key */
  add({ response_id: id, item, trigger, utterance }: Created): string {
    const answered = utterance === null ? trigger : `${trigger} ${utterance}`;
    const count = (this.#counts.get(answered) ?? 0) + 1;
    this.#counts.set(answered, count);
    const key = count === 1 ? answered : `${answered} (${count})`;
    this.#keys.set(id, key);
    this.#ids.set(key, id);
    this.#keysByItem.set(item, key);
    return key;
  }

  keyOf(id: string): string | undefined {
    return this.#keys.get(id);
  }

  /** The key of the response whose frames carry this number. */
  keyOfItem(item: number): string | undefined {
    return this.#keysByItem.get(item);
  }

  idOf(key: string): string | undefined {
    return this.#ids.get(key);
  }
}

import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallEvent } from '../../src/call/events/call-events.ts';
import type { CallObserver } from '../../src/call/events/call-observers.ts';

/** An example of storage: what was said in each session, as lines of a file of its own. */
export class ConversationFiles implements CallObserver {
  readonly name = 'conversation-files';
  readonly #dir: string;
  #work: Promise<void> = Promise.resolve();

  /** @param dir - exists */
  constructor(dir: string) {
    this.#dir = dir;
  }

  observe(event: CallEvent): void {
    // The end of a reply repeats what its clauses said.
    if (!('speech' in event) || event.type === 'reply-done') return;
    const { type, turnId, speech } = event;
    const isReply = type === 'clause-heard' || type === 'reply-interrupted';
    const speaker = isReply ? 'assistant' : 'person';
    // The part heard of an interrupted reply counts for all its clauses.
    const line = JSON.stringify({ turn: turnId, speaker, type, text: speech.text });
    const path = join(this.#dir, `${event.sessionId}.jsonl`);
    this.#work = this.#work.then(() => appendFile(path, `${line}\n`));
  }

  /** Resolves when all of it is written. */
  async idle(): Promise<void> {
    await this.#work;
  }
}

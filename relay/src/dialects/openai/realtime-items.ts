import type { ConversationItem } from 'openai/resources/realtime/realtime';
import { invalid } from './errors.ts';
import type { CreatedItem } from './realtime-events.ts';
import { firstWords, heardWords, type ClauseTiming } from '@parley/shared/heard-words';

/** Older ones are forgotten, and cannot be retrieved any more. */
const MAX_ITEMS = 500;
/** Of what functions are given and answer, which may be long. */
const MAX_CHARACTERS = 1_000_000;

/** What was said of an item of the assistant, and where it lies in a reply of Parley. */
export interface SpokenItem {
  /** Of the reply. */
  readonly responseId: string;
  /** Where its audio begins in the reply's. */
  readonly startMs: number;
  /** Of its own audio, so far. */
  audioMs: number;
  /** In the reply's audio. */
  readonly clauses: ClauseTiming[];
}

export type RealtimeItem = ConversationItem & { readonly id: string };

/** The conversation as the client sees it. */
export class RealtimeItems {
  /** In their order. */
  readonly #items = new Map<
    string,
    { item: RealtimeItem; readonly spoken: SpokenItem | undefined }
  >();
  #lastId: string | null = null;
  #characters = 0;

  /** @returns the id of the item before it */
  add(item: RealtimeItem, spoken?: SpokenItem): string | null {
    const previous = this.#lastId;
    this.#items.set(item.id, { item, spoken });
    this.#lastId = item.id;
    this.#characters += charactersOf(item);
    while (this.#items.size > MAX_ITEMS || this.#characters > MAX_CHARACTERS) {
      this.#remove(this.#items.keys().next().value!);
    }
    return previous;
  }

  /** The id of the item before this one; null if it is the first that is known. */
  before(id: string): string | null {
    const ids = [...this.#items.keys()];
    return ids[ids.indexOf(id) - 1] ?? null;
  }

  find(id: string): RealtimeItem | undefined {
    return this.#items.get(id)?.item;
  }

  spoken(id: string): SpokenItem | undefined {
    return this.#items.get(id)?.spoken;
  }

  replace(item: RealtimeItem): void {
    const entry = this.#items.get(item.id);
    if (entry === undefined) return;
    this.#characters += charactersOf(item) - charactersOf(entry.item);
    entry.item = item;
  }

  delete(id: string): void {
    this.#remove(id);
    if (this.#lastId === id) this.#lastId = [...this.#items.keys()].at(-1) ?? null;
  }

  #remove(id: string): void {
    const { item } = this.#items.get(id) ?? {};
    if (item !== undefined) this.#characters -= charactersOf(item);
    this.#items.delete(id);
  }

  /**
   * An item was heard up to a place, which may lie beyond its end: clients measure by the clock.
   *
   * @returns how much of its reply was heard; undefined if it is no item of the assistant's voice
   */
  truncate(id: string, audioEndMs: number): { responseId: string; playedMs: number } | undefined {
    const { item, spoken } = this.#items.get(id) ?? {};
    if (item === undefined || spoken === undefined) return undefined;
    const playedMs = spoken.startMs + Math.min(audioEndMs, spoken.audioMs);
    const { clause, words } = heardWords(spoken.clauses, playedMs);
    const heard = spoken.clauses.slice(0, clause).map(({ text }) => text);
    const cut = spoken.clauses[clause];
    if (cut !== undefined && words > 0) heard.push(firstWords(cut.text, words));
    this.replace(withTranscript(item, heard.join(' ')));
    return { responseId: spoken.responseId, playedMs };
  }
}

function charactersOf(item: RealtimeItem): number {
  if (item.type === 'function_call') return item.arguments.length;
  return item.type === 'function_call_output' ? item.output.length : 0;
}

function withTranscript(item: RealtimeItem, transcript: string): RealtimeItem {
  if (item.type !== 'message' || item.role !== 'assistant') return item;
  return { ...item, content: [{ type: 'output_audio', transcript }] };
}

/** What a client has created, as all of it is shown. @throws RequestFault */
export function itemOf(created: CreatedItem, id: string): RealtimeItem {
  const item = { ...created, id, object: 'realtime.item', status: 'completed' } as const;
  if (item.type === 'function_call') return { ...item, call_id: item.call_id ?? id };
  if (item.type === 'function_call_output') return item;
  const text = textOf(item);
  const { role } = item;
  if (role === 'assistant') return { ...item, role, content: [{ type: 'output_text', text }] };
  const content = [{ type: 'input_text', text } as const];
  return role === 'user' ? { ...item, role, content } : { ...item, role, content };
}

/** @throws RequestFault if there is none: sound and pictures are not taken in items */
export function textOf(created: CreatedItem): string {
  const content = created.type === 'message' ? created.content : [];
  const texts = content.map(({ text, transcript }) => text ?? transcript ?? '');
  if (texts.length > 0 && texts.every((text) => text.trim() !== '')) return texts.join('\n');
  throw invalid(
    'item.content',
    'Only text is taken in items. Speech goes through input_audio_buffer.append.',
  );
}

/** Of the assistant. */
export function messageItem(
  id: string,
  status: 'in_progress' | 'completed' | 'incomplete',
  content: (
    | { readonly type: 'output_text'; readonly text: string }
    | { readonly type: 'output_audio'; readonly transcript: string }
  )[],
) {
  return {
    id,
    object: 'realtime.item',
    type: 'message',
    status,
    role: 'assistant',
    content,
  } as const;
}

import type { ClientEvent } from '@parley/shared';
import { newId } from '../../base/lib/ids.ts';
import { invalid, RequestFault } from './errors.ts';
import type { DialectEvent, DialectEventOf, CreatedItem, ServerEvent } from './realtime-events.ts';
import { itemOf, textOf, type RealtimeItem, type RealtimeItems } from './realtime-items.ts';
import type { RealtimeResponses } from './realtime-responses.ts';
import type { RealtimeSessionConfig, ResponseChanges } from './realtime-session.ts';
import type { RealtimeTranscripts } from './realtime-transcripts.ts';

/** Outputs of functions that may wait for a response to be asked for. */
const MAX_OUTPUTS = 32;
/** Of an output that is remembered like a message. */
const MAX_NOTE_CHARACTERS = 1_900;
/** Of an answer to nothing: models are told that what stands in brackets was said by no one. */
const NOTHING_SAID = '[The call has begun. Nothing was said yet.]';

export type ConversationEvent = Extract<
  DialectEvent,
  { readonly type: `conversation.${string}` | `response.${string}` }
>;

export interface RealtimeConversationOptions {
  readonly items: RealtimeItems;
  readonly responses: RealtimeResponses;
  readonly transcripts: RealtimeTranscripts;
  readonly config: Pick<RealtimeSessionConfig, 'isTranscription'>;
  /** To the client. */
  readonly emit: (event: ServerEvent) => void;
  /** To the session of Parley. @returns false if that refuses it, which the client then knows */
  readonly ask: (event: ClientEvent) => boolean;
  /** For one response the session is to be another; undefined: it is not. @returns as `ask` */
  readonly change: (changes?: ResponseChanges) => boolean;
}

/** What a client does with items and responses. */
export class RealtimeConversation {
  readonly #options: RealtimeConversationOptions;
  /** Something was said that can be answered. */
  #hasQuestion = false;
  /** The response that ran has answered an output, for which the client will ask for another one. */
  #isAnswered = false;
  #outputs: { readonly call_id: string; readonly output: string }[] = [];

  constructor(options: RealtimeConversationOptions) {
    this.#options = options;
  }

  /** The person has spoken. */
  spoken(): void {
    this.#hasQuestion = true;
    this.#isAnswered = false;
  }

  /** @throws RequestFault */
  take(event: ConversationEvent): void {
    const { emit } = this.#options;
    switch (event.type) {
      case 'conversation.item.create':
        return this.#create(event.item);
      case 'conversation.item.retrieve': {
        const item = this.#itemNamed(event.item_id);
        return emit({ type: 'conversation.item.retrieved', item });
      }
      case 'conversation.item.delete':
        return this.#delete(this.#itemNamed(event.item_id).id);
      case 'conversation.item.truncate':
        return this.#truncate(event);
      case 'response.create':
        return this.#respond(event.response ?? {});
      case 'response.cancel':
        return this.#cancel(event.response_id);
    }
  }

  #create(created: CreatedItem): void {
    const id = created.id ?? newId('item');
    if (this.#options.items.find(id) !== undefined) {
      throw invalid('item.id', 'There is an item with this id already.');
    }
    const item = itemOf(created, id);
    if (item.type === 'function_call_output') this.#output(item.call_id, item.output);
    else if (item.type === 'message' && !this.#remember(item, created)) return;
    const previous_item_id = this.#options.items.add(item);
    this.#options.emit({ type: 'conversation.item.added', previous_item_id, item });
    this.#options.emit({ type: 'conversation.item.done', previous_item_id, item });
  }

  /** @returns false if it is refused */
  #remember(item: Extract<RealtimeItem, { type: 'message' }>, created: CreatedItem): boolean {
    const text = item.role === 'system' ? `[${textOf(created)}]` : textOf(created);
    const role = item.role === 'assistant' ? 'assistant' : 'user';
    if (!this.#options.ask(remembered(item.id, role, text))) return false;
    if (role === 'user') this.spoken();
    return true;
  }

  /** One that the client is to ask a response for waits for that. */
  #output(call_id: string, output: string): void {
    this.#outputs.push({ call_id, output });
    if (this.#outputs.length > MAX_OUTPUTS) this.#outputs.shift();
    if (!this.#options.responses.isActive) return;
    this.#isAnswered = true;
    this.#handOutputs();
  }

  #handOutputs(): void {
    const outputs = this.#outputs;
    this.#outputs = [];
    for (const output of outputs) {
      this.#options.ask({
        type: 'conversation.item.create',
        item: { type: 'function_call_output', ...output },
      });
    }
  }

  #delete(id: string): void {
    const { responseId = id } = this.#options.items.spoken(id) ?? {};
    this.#options.items.delete(id);
    this.#options.ask({
      type: 'conversation.item.delete',
      item_id: this.#options.transcripts.parleyIdOf(id) ?? responseId,
    });
    this.#options.emit({ type: 'conversation.item.deleted', item_id: id });
  }

  #truncate(event: DialectEventOf<'conversation.item.truncate'>): void {
    const { item_id, content_index, audio_end_ms } = event;
    this.#itemNamed(item_id);
    const cut = this.#options.items.truncate(item_id, audio_end_ms);
    if (cut === undefined) {
      throw invalid('item_id', 'Only what the assistant has said aloud can be truncated.');
    }
    const { responseId: response_id, playedMs } = cut;
    this.#options.ask({ type: 'conversation.item.truncate', response_id, audio_end_ms: playedMs });
    this.#options.emit({
      type: 'conversation.item.truncated',
      item_id,
      content_index,
      audio_end_ms,
    });
  }

  #respond(response: NonNullable<DialectEventOf<'response.create'>['response']>): void {
    const { conversation = 'auto', input = [], metadata = null, ...changes } = response;
    if (this.#options.config.isTranscription) {
      throw invalid('type', 'A session of transcription gives no responses.');
    }
    if (conversation !== 'auto' || input.length > 0) {
      throw new RequestFault(
        400,
        'unsupported',
        'This relay answers the conversation alone: conversation "none" and input are not taken.',
        conversation === 'auto' ? 'response.input' : 'response.conversation',
      );
    }
    if (this.#options.responses.isActive) {
      throw new RequestFault(
        400,
        'conversation_already_has_active_response',
        'There is a response already. Wait for response.done, or cancel it.',
      );
    }
    if (this.#isAnswered && !this.#options.responses.isSuspended) {
      this.#isAnswered = false;
      return this.#options.responses.answerEmpty(metadata);
    }
    if (this.#options.responses.isSuspended) {
      if (this.#outputs.length > 0) {
        this.#options.responses.requested(metadata);
        return this.#handOutputs();
      }
      // Its functions were left unanswered: what waits for them is not to come any more.
      this.#options.responses.cancelled();
      this.#options.ask({ type: 'response.cancel' });
    }
    for (const { output } of this.#outputs.splice(0)) this.#note(output);
    this.#options.responses.requested(metadata);
    if (Object.keys(changes).length > 0 && !this.#options.change(changes)) return;
    if (!this.#hasQuestion) this.#options.ask(remembered(newId('item'), 'user', NOTHING_SAID));
    this.#hasQuestion = true;
    if (!this.#options.ask({ type: 'response.create' })) this.#options.change();
  }

  /** A function that has answered when its call was over, or that was called in another session. */
  #note(output: string): void {
    const text = `[A function has answered: ${output.slice(0, MAX_NOTE_CHARACTERS)}]`;
    if (this.#options.ask(remembered(newId('item'), 'user', text))) this.spoken();
  }

  #cancel(id: string | undefined): void {
    if (!this.#options.responses.isOpen(id)) {
      throw new RequestFault(400, 'response_cancel_not_active', 'There is no such response now.');
    }
    this.#options.responses.cancelled();
    this.#options.ask({ type: 'response.cancel' });
  }

  #itemNamed(id: string): RealtimeItem {
    const item = this.#options.items.find(id);
    if (item === undefined) {
      throw new RequestFault(400, 'item_not_found', 'There is no item with this id.', 'item_id');
    }
    return item;
  }
}

/** A message that is not answered before the client asks for it. */
function remembered(id: string, role: 'user' | 'assistant', text: string): ClientEvent {
  return {
    type: 'conversation.item.create',
    create_response: false,
    item: { id, type: 'message', role, content: [{ type: 'input_text', text }] },
  };
}

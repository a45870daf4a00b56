import type { RelayEventOf } from '@parley/shared';
import { newId } from '../../base/lib/ids.ts';
import { errorBody } from './errors.ts';
import type { ServerEvent } from './realtime-events.ts';
import type { RealtimeItem, RealtimeItems } from './realtime-items.ts';
import type { RealtimeSessionConfig } from './realtime-session.ts';

/** Utterances whose words may still come. */
const MAX_UTTERANCES = 64;

type Transcription = 'conversation.item.input_audio_transcription';

interface Utterance {
  readonly itemId: string;
  readonly startMs: number;
  endMs: number;
  /** Words that the client has. */
  sent: string;
  /** What may have been said so far. */
  latest: string;
  /** Its name in the history of the session. */
  parleyId?: string;
}

export interface TranscriptsOptions {
  readonly emit: (event: ServerEvent) => void;
  readonly items: RealtimeItems;
  readonly config: Pick<RealtimeSessionConfig, 'isTranscribed' | 'turnDetection'>;
}

/** What the person said: an item for each utterance, and its words. */
export class RealtimeTranscripts {
  readonly #options: TranscriptsOptions;
  readonly #utterances = new Map<number, Utterance>();

  constructor(options: TranscriptsOptions) {
    this.#options = options;
  }

  /** The name that the session has for an item; undefined if it was not spoken. */
  parleyIdOf(itemId: string): string | undefined {
    return [...this.#utterances.values()].find((each) => each.itemId === itemId)?.parleyId;
  }

  /** The person has begun to speak. @param startMs - ms of audio since the session began */
  started(utterance: number, startMs: number): void {
    const item_id = this.#add(utterance, startMs).itemId;
    const audio_start_ms = Math.max(0, Math.round(startMs));
    this.#options.emit({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id });
  }

  /** @param endMs - when speech ended; undefined: the client has committed what was said */
  ended(utterance: number, lengthMs: number, endMs: number | undefined): void {
    const { emit, items } = this.#options;
    const said = this.#utterances.get(utterance) ?? this.#add(utterance, 0);
    said.endMs = said.startMs + lengthMs;
    const { itemId: item_id } = said;
    if (endMs !== undefined) {
      const audio_end_ms = Math.max(0, Math.round(endMs));
      emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id });
    }
    const item = userItem(item_id, null);
    const previous_item_id = items.add(item);
    emit({ type: 'input_audio_buffer.committed', previous_item_id, item_id });
    emit({ type: 'conversation.item.added', previous_item_id, item });
    emit({ type: 'conversation.item.done', previous_item_id, item });
  }

  /**
   * Each of Parley's replaces the one before it, OpenAI's are additions: so words are passed on once
   * two in a row agree on them, the last word aside, which may still grow.
   */
  delta({ utterance, item_id, transcript }: RelayEventOf<`${Transcription}.delta`>): void {
    const said = this.#utterances.get(utterance);
    if (said === undefined) return;
    said.parleyId = item_id;
    const words = transcript.split(' ');
    const before = said.latest.split(' ');
    said.latest = transcript;
    const other = words.findIndex((word, at) => word !== before[at]);
    const agreed = words.slice(0, Math.min(words.length - 1, other < 0 ? Infinity : other));
    this.#sendUpTo(said, agreed.join(' '));
  }

  completed({ utterance, item_id, transcript }: RelayEventOf<`${Transcription}.completed`>): void {
    const { emit, items, config } = this.#options;
    const said = this.#utterances.get(utterance);
    if (said === undefined) return;
    said.parleyId = item_id;
    if (!config.isTranscribed) return;
    this.#sendUpTo(said, transcript);
    items.replace(userItem(said.itemId, transcript));
    emit({
      type: 'conversation.item.input_audio_transcription.completed',
      item_id: said.itemId,
      content_index: 0,
      transcript,
      usage: { type: 'duration', seconds: (said.endMs - said.startMs) / 1_000 },
    });
  }

  failed({ utterance, error }: RelayEventOf<`${Transcription}.failed`>): void {
    const said = this.#utterances.get(utterance);
    if (said === undefined || !this.#options.config.isTranscribed) return;
    const { type, message, code } = errorBody(error.code, error.message, 502).error;
    this.#options.emit({
      type: 'conversation.item.input_audio_transcription.failed',
      item_id: said.itemId,
      content_index: 0,
      error: { type, message, code },
    });
  }

  #sendUpTo(said: Utterance, transcript: string): void {
    const delta = transcript.slice(said.sent.length);
    if (!this.#options.config.isTranscribed || delta === '') return;
    // What is known in the end may be otherwise: that comes with the whole.
    if (!transcript.startsWith(said.sent)) return;
    said.sent = transcript;
    this.#options.emit({
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: said.itemId,
      content_index: 0,
      delta,
    });
  }

  #add(utterance: number, startMs: number): Utterance {
    const said = { itemId: newId('item'), startMs, endMs: startMs, sent: '', latest: '' };
    this.#utterances.set(utterance, said);
    if (this.#utterances.size > MAX_UTTERANCES) {
      this.#utterances.delete(this.#utterances.keys().next().value!);
    }
    return said;
  }
}

/** A client of OpenAI's own fails at one whose transcript is neither a string nor null. */
function userItem(id: string, transcript: string | null): RealtimeItem {
  const content = { type: 'input_audio', transcript: transcript as string } as const;
  const message = { object: 'realtime.item', type: 'message', status: 'completed' } as const;
  return { id, ...message, role: 'user', content: [content] };
}

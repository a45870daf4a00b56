import type { GeneratorEvent } from '../../stages/generator/generator.ts';
import { answerTo } from '../replying/answer-request.ts';
import type { CallEventBody, EmitCallEvent } from '../../events/call-events.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { History } from '../remembering/history.ts';
import type { SessionReminders } from '../remembering/reminders.ts';
import type { Replies } from '../replying/replies.ts';
import type { Generate, Marks } from '../replying/reply-options.ts';
import type { Reply } from '../replying/reply.ts';
import type { UnnumberedRelayEvent } from '@parley/shared';
import { aborted } from '../../../base/lib/deadline.ts';
import type { ConversationOutput } from '../output.ts';

/** Pieces of voice that are made ahead: a second of it is more than a first clause needs. */
const MAX_HELD_PIECES = 5;

/** A process that lost more than this of the last second has no time for what may be in vain. */
const LATENESS_WINDOW_MS = 1_000;
const MAX_LOST_MS = 100;
/** Answers that are begun ahead for one turn: each costs as much as an answer. */
const MAX_PER_TURN = 2;

/** What is supposed to be the person's whole turn. */
export interface SupposedTurn {
  readonly turnId: string;
  /** The client's number of the utterance. */
  readonly utterance: number;
  readonly words: string;
}

export interface SpeculatorOptions {
  readonly conversation: ConversationOptions;
  readonly history: History;
  readonly reminders: SessionReminders;
  readonly replies: Replies;
  /** Nothing else is said or owed, and the answer can be paid: it is reserved for. */
  readonly mayBegin: (turnId: string) => boolean;
}

interface Begun {
  readonly turn: SupposedTurn;
  readonly reply: Reply;
  readonly output: HeldOutput;
  readonly events: HeldEvents;
  readonly confirm: (isWanted: boolean) => void;
  /** Resolves when it has ended, wanted or not. */
  readonly ended: Promise<void>;
}

/** A reply that was begun ahead; one of the two is to be called. */
export interface TakenReply {
  readonly reply: Reply;
  /** The reply is wanted. Resolves when it has ended. */
  readonly release: () => Promise<void>;
  /** The reply is not wanted: its cost is reported. */
  readonly discard: () => void;
}

/**
 * Speculation: answers that are begun while the person is silent and may have finished. The model
 * is asked and the first second of voice is made; nothing of it goes out, and no tool begins to
 * work, until the turn is over with the same words.
 */
export class Speculator {
  readonly #options: SpeculatorOptions;
  #begun: Begun | undefined;
  /** How many were begun for the latest turn. */
  #count = { turnId: '', begun: 0 };

  constructor(options: SpeculatorOptions) {
    this.#options = options;
  }

  /** The person may have finished, with these words. One that was begun on others is given up. */
  begin(turn: SupposedTurn): void {
    if (this.#begun !== undefined && isSame(this.#begun.turn, turn)) return;
    this.discard();
    if (this.#count.turnId !== turn.turnId) this.#count = { turnId: turn.turnId, begun: 0 };
    if (turn.words === '' || this.#count.begun >= MAX_PER_TURN) return;
    if (!this.#isWorthwhile || !this.#options.mayBegin(turn.turnId)) return;
    this.#count.begun++;
    const { conversation } = this.#options;
    const output = new HeldOutput(conversation.output);
    const events = new HeldEvents(conversation.emit);
    const { promise: confirmed, resolve: confirm } = Promise.withResolvers<boolean>();
    const reply = this.#answer(turn, confirmed, { output, emit: events.emit });
    this.#begun = { turn, reply, output, events, confirm, ended: reply.run() };
  }

  /**
   * The turn is over: its answer, if that was begun on the same words.
   *
   * @param known - what was not known when it was begun
   */
  take(
    turn: Pick<SupposedTurn, 'turnId' | 'words'>,
    known: { readonly marks: Marks; readonly asrSeconds: number },
  ): TakenReply | undefined {
    const begun = this.#begun;
    if (begun === undefined || !isSame(begun.turn, turn)) {
      this.discard();
      return undefined;
    }
    this.#begun = undefined;
    const { reply, output, events, confirm, ended } = begun;
    reply.confirm(known);
    return {
      reply,
      release: () => {
        confirm(true);
        events.release();
        output.release();
        return ended;
      },
      discard: () => giveUp(begun),
    };
  }

  /** The person goes on, or something else happens. */
  discard(): void {
    const begun = this.#begun;
    if (begun === undefined) return;
    this.#begun = undefined;
    giveUp(begun);
  }

  get #isWorthwhile(): boolean {
    const { policy, providers, clock } = this.#options.conversation;
    if (!policy.allowSpeculation || providers.generator.answersAtOnce) return false;
    return clock.lostMs(clock.now() - LATENESS_WINDOW_MS) <= MAX_LOST_MS;
  }

  #answer(
    { turnId, utterance, words }: SupposedTurn,
    confirmed: Promise<boolean>,
    channels: Pick<ConversationOptions, 'output' | 'emit'>,
  ): Reply {
    const { conversation, history, reminders, replies } = this.#options;
    const supposed = [...history.messages, { role: 'user', text: words } as const];
    const generate = answerTo(supposed, 1, reminders, conversation, true);
    const content = {
      kind: 'answer',
      question: words,
      generate: (...asked: Parameters<Generate>) => untilConfirmed(generate(...asked), confirmed),
    } as const;
    return replies.make({ turnId, trigger: 'speech', utterance, content }, channels);
  }
}

/** Lets events pass; behind a tool that is called it waits until the answer is known to be wanted. */
async function* untilConfirmed(
  events: AsyncIterable<GeneratorEvent>,
  confirmed: Promise<boolean>,
): AsyncGenerator<GeneratorEvent, void, undefined> {
  for await (const event of events) {
    yield event;
    if (event.type === 'tool-called' && !(await confirmed)) return;
  }
}

/** The events of a reply that may never be wanted; if it is not, its cost is still reported. */
class HeldEvents {
  readonly #emit: EmitCallEvent;
  #state: 'held' | 'released' | 'discarded' = 'held';
  readonly #held: CallEventBody[] = [];

  constructor(emit: EmitCallEvent) {
    this.#emit = emit;
  }

  readonly emit: EmitCallEvent = (event) => {
    const isOfProvider =
      event.type === 'provider-attempted' || event.type === 'provider-failed-over';
    if (this.#state === 'released' || isOfProvider) return this.#emit(event);
    if (this.#state === 'held') this.#held.push(event);
    else if (event.type === 'provider-used') this.#emit({ ...event, purpose: 'speculation' });
  };

  release(): void {
    this.#state = 'released';
    for (const event of this.#held.splice(0)) this.#emit(event);
  }

  discard(): void {
    this.#state = 'discarded';
    for (const event of this.#held.splice(0)) this.emit(event);
  }
}

/** Recognisers put the last full stop, and capitals, only into the final words. */
function isSame(
  a: Pick<SupposedTurn, 'turnId' | 'words'>,
  b: Pick<SupposedTurn, 'turnId' | 'words'>,
): boolean {
  return a.turnId === b.turnId && plain(a.words) === plain(b.words);
}

function plain(words: string): string {
  return words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function giveUp({ confirm, events, reply }: Begun): void {
  confirm(false);
  events.discard();
  reply.cancel();
}

/** The output of a reply that may never be wanted: kept back until it is, then let through. */
class HeldOutput implements ConversationOutput {
  readonly #output: ConversationOutput;
  /** undefined once it was let through. */
  #held: (() => void)[] | undefined = [];
  #pieces = 0;
  readonly #released = Promise.withResolvers<void>();

  constructor(output: ConversationOutput) {
    this.#output = output;
  }

  event(event: UnnumberedRelayEvent): void {
    this.#pass(() => this.#output.event(event));
  }

  audio(item: number, samples: Int16Array, last: boolean): void {
    if (this.#held === undefined) return this.#output.audio(item, samples, last);
    this.#pieces++;
    // Whose memory it is may write into it once this returns.
    const kept = samples.slice();
    this.#held.push(() => this.#output.audio(item, kept, last));
  }

  dropAudio(item: number): void {
    if (this.#held === undefined) this.#output.dropAudio(item);
  }

  async writable(signal: AbortSignal): Promise<void> {
    if (this.#held !== undefined && this.#pieces >= MAX_HELD_PIECES) {
      await Promise.race([this.#released.promise, aborted(signal)]);
    }
    return this.#output.writable(signal);
  }

  nowMs(): number {
    return this.#output.nowMs();
  }

  /** The reply is wanted: kept events go out now, in order, and everything after them at once. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
    this.#released.resolve();
  }

  #pass(send: () => void): void {
    if (this.#held === undefined) send();
    else this.#held.push(send);
  }
}

import { ParleyError } from '@parley/shared';
import { isRelayProvider, NO_PROVIDER } from '../../stages/provider.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import { Pacer } from './pacer.ts';
import { Reply } from './reply.ts';
import type { Generate, Marks, ReplyTrigger } from './reply-options.ts';
import type { Clock } from '../../../base/lib/clock.ts';

const MAX_ANSWERS = 50;

const MAX_AGE_MS = 600_000;

/**
 * English words by which a question means something said before it: asked again later, it may mean
 * something else.
 */
const LEANS_ON_CONTEXT =
  /^(?:and|or|but|so|then|why|really|again|more|(?:what|how) about)\b|\b(?:it|its|it's|that|that's|this|these|those|they|them|their|there|he|him|his|she|her|one|ones|else|another|same)\b/;

/** How far ahead of its being played the voice is sent. */
const VOICE_LEAD_MS = 3_000;
/** Replies whose heard text may still be corrected by a late truncation. */
const MAX_RECENT_REPLIES = 8;

export interface ReplyRequest {
  readonly turnId: string;
  readonly trigger: ReplyTrigger;
  readonly utterance?: number;
  readonly marks?: Marks;
  readonly asrSeconds?: number;
  readonly content:
    | { readonly kind: 'answer'; readonly generate: Generate; readonly question: string }
    /** A sentence of the relay's own. */
    | { readonly kind: 'words'; readonly text: string };
}

/** The replies of one conversation: numbered, and the latest of them kept. */
export class Replies {
  readonly #options: ConversationOptions;
  readonly #pacer: Pacer;
  readonly #answers: AnswerCache;
  readonly #recent = new Map<string, Reply>();
  #nextItem: number;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options.clock, VOICE_LEAD_MS);
    this.#answers = new AnswerCache(options.clock);
    this.#nextItem = options.restored?.nextItem ?? 1;
  }

  /** How long the listener still has to play. */
  get aheadMs(): number {
    return this.#pacer.aheadMs;
  }

  /** The number of the next reply's voice. */
  get nextItem(): number {
    return this.#nextItem;
  }

  /** One of the last eight. */
  find(id: string): Reply | undefined {
    return this.#recent.get(id);
  }

  /**
   * Makes a reply that has not begun yet.
   *
   * @param channels - in place of the conversation's own
   */
  make(
    request: ReplyRequest,
    channels: Pick<ConversationOptions, 'output' | 'emit'> = this.#options,
  ): Reply {
    const { providers, settings } = this.#options;
    const { caller, policy, clock, watchdog, logger } = this.#options;
    const { output, emit } = channels;
    const { content } = request;
    const recall = (question: string) =>
      policy.allowCachedAnswers ? this.#answers.recall(question) : undefined;
    const filler = { delayMs: policy.fillerDelayMs, variant: this.#nextItem, clock };
    const reply = new Reply({
      caller,
      turnId: request.turnId,
      item: this.#nextItem,
      trigger: request.trigger,
      utterance: request.utterance ?? null,
      marks: request.marks ?? {},
      asrSeconds: request.asrSeconds ?? 0,
      says:
        content.kind === 'words'
          ? content
          : {
              kind: 'answer',
              // Given up when the next generator would be asked as well.
              generate: unlessSlow(
                content.generate,
                clock,
                policy.firstWordMs / 2,
                () => recall(content.question) !== undefined,
              ),
              // A written reply needs no words to fill a silence, and a client that runs functions
              // decides by itself what is said meanwhile.
              filler: settings.isSpoken && !settings.tools?.length ? filler : undefined,
              recall: () => recall(content.question),
            },
      voice: settings.isSpoken ? settings.voice : null,
      manner: { speed: settings.speed, language: settings.language },
      synthesizer: providers.synthesizer,
      active: (stage) => providers.ladder.active(stage, settings.language),
      canSpeak: this.#canSpeak(content.kind === 'words'),
      output,
      pacer: this.#pacer,
      emit,
      watchdog,
      logger,
    });
    this.#nextItem = (this.#nextItem % 0xffff) + 1;
    this.#recent.set(reply.id, reply);
    if (this.#recent.size > MAX_RECENT_REPLIES) {
      this.#recent.delete(this.#recent.keys().next().value!);
    }
    return reply;
  }

  /** The reply is over: what it answered may serve again. */
  ended(reply: Reply, { content }: ReplyRequest): void {
    if (content.kind === 'answer' && reply.answer !== undefined) {
      this.#answers.remember(content.question, reply.answer);
    }
  }

  /** @param isOwnWords - they may be remembered even if no synthesizer works */
  #canSpeak(isOwnWords: boolean): boolean {
    const { providers, settings } = this.#options;
    const active = providers.ladder.active('synthesizer', settings.language);
    return isRelayProvider(active) || (active === NO_PROVIDER && isOwnWords);
  }
}

/** A generator that says and does nothing in time is given up if there is an answer without it. */
function unlessSlow(
  generate: Generate,
  clock: Clock,
  maxMs: number,
  isAnswered: () => boolean,
): Generate {
  return async function* (signal, ...asked) {
    const slow = new AbortController();
    const stop = clock.after(maxMs, () => {
      if (isAnswered()) slow.abort(new ParleyError('generator_timeout'));
    });
    try {
      for await (const event of generate(AbortSignal.any([signal, slow.signal]), ...asked)) {
        const isWord = event.type === 'text-delta' && event.text.trim() !== '';
        if (isWord || event.type === 'tool-called') stop();
        yield event;
      }
      slow.signal.throwIfAborted();
    } finally {
      stop();
    }
  };
}

/** Answers of one conversation, for when the same question comes again and no generator works. */
class AnswerCache {
  readonly #clock: Clock;
  /** By question, oldest first. */
  readonly #answers = new Map<string, { readonly text: string; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(question: string, answer: string): void {
    const key = normalised(question);
    if (key === '' || answer === '' || LEANS_ON_CONTEXT.test(key)) return;
    this.#answers.delete(key);
    this.#answers.set(key, { text: answer, atMs: this.#clock.now() });
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
  }

  /** @returns undefined if the question was not answered within the last ten minutes */
  recall(question: string): string | undefined {
    const answer = this.#answers.get(normalised(question));
    if (answer === undefined || this.#clock.now() - answer.atMs > MAX_AGE_MS) return undefined;
    return answer.text;
  }
}

/**
 * How a question was spaced, capitalised or punctuated at its words' edges does not make it
 * another. Signs do: five minus three is not five plus three.
 */
function normalised(text: string): string {
  return text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^["'“‘(¿¡]+/, '').replace(/["'”’)?!.,;:…]+$/, ''))
    .filter((word) => word !== '')
    .join(' ');
}

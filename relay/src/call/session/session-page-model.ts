import { ParleyError, type ClientEventOf } from '@parley/shared';
import { AsyncQueue } from '../../base/lib/async-queue.ts';
import type { Clock } from '../../base/lib/clock.ts';
import { afterDeadline } from '../../base/lib/deadline.ts';
import { newId } from '../../base/lib/ids.ts';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import type { ConversationOutput } from '../turn/output.ts';
import type { PageModel, PageQuestion } from '../turn/replying/page-model.ts';

/** Longest silence of the page before its first words, and between words. */
const SILENCE_MS = 8_000;
/** When the answer must be whole. */
const TOTAL_MS = 30_000;
/** Longest answer, characters: minutes of voice. */
const MAX_CHARACTERS = 4_000;

export type PageAnswerEvent = ClientEventOf<'page.answer.delta' | 'page.answer.done'>;

interface OpenQuestion {
  readonly requestId: string;
  readonly words: AsyncQueue<string>;
  characters: number;
  /** The page has said that its answer is over. */
  isAnswered: boolean;
  silence: () => void;
}

export interface SessionPageModelOptions {
  readonly settings: Pick<ConversationSettings, 'asksPage'>;
  readonly output: Pick<ConversationOutput, 'event'>;
  readonly clock: Clock;
}

/** The language model of this session's page, asked one question at a time. */
export class SessionPageModel implements PageModel {
  readonly #options: SessionPageModelOptions;
  #open: OpenQuestion | undefined;

  constructor(options: SessionPageModelOptions) {
    this.#options = options;
  }

  get isOffered(): boolean {
    return this.#options.settings.asksPage === true;
  }

  async *ask(
    { instructions, messages }: PageQuestion,
    signal: AbortSignal,
  ): AsyncGenerator<string, void, undefined> {
    if (signal.aborted) return;
    const { clock, output } = this.#options;
    this.#open?.words.drop();
    const question: OpenQuestion = {
      requestId: newId('ask'),
      words: new AsyncQueue(MAX_CHARACTERS),
      characters: 0,
      isAnswered: false,
      silence: () => {},
    };
    this.#open = question;
    const tooLate = () => question.words.fail(new ParleyError('generator_timeout'));
    const stop = () => question.words.drop();
    signal.addEventListener('abort', stop, { once: true });
    const cancelTotal = afterDeadline(clock, TOTAL_MS, tooLate);
    question.silence = afterDeadline(clock, SILENCE_MS, tooLate);
    output.event({
      type: 'page.answer.requested',
      request_id: question.requestId,
      instructions,
      messages: messages.map(({ role, content }) => ({ role, content })),
      silence_ms: SILENCE_MS,
      total_ms: TOTAL_MS,
    });
    try {
      for await (const text of question.words) yield text;
    } finally {
      signal.removeEventListener('abort', stop);
      cancelTotal();
      question.silence();
      if (this.#open === question) this.#open = undefined;
      if (!question.isAnswered) {
        output.event({ type: 'page.answer.cancelled', request_id: question.requestId });
      }
    }
  }

  /** What the page says. Of a question that is over, or was never asked, it is passed over. */
  receive(event: PageAnswerEvent): void {
    const question = this.#open;
    if (question?.requestId !== event.request_id || question.isAnswered) return;
    if (event.type === 'page.answer.done') {
      question.isAnswered = true;
      if (event.status === 'completed') question.words.close();
      else question.words.fail(new ParleyError('generator_failed'));
      return;
    }
    question.silence();
    question.characters += event.delta.length;
    if (question.characters > MAX_CHARACTERS || !question.words.push(event.delta)) {
      // What waits is still said.
      return question.words.fail(new ParleyError('generator_failed'));
    }
    question.silence = afterDeadline(this.#options.clock, SILENCE_MS, () =>
      question.words.fail(new ParleyError('generator_timeout')),
    );
  }
}

import type {
  GenerateRequest,
  GeneratorEvent,
  Reminders,
  Summary,
  SummaryRequest,
} from '../../../call/stages/generator/generator.ts';

/** How far one answer may go. */
export interface AnswerBounds {
  /** Rounds of tools and answer. */
  readonly steps: number;
  readonly maxOutputTokens: number;
}

/** A summary is written at once, and is short: what was said since stays as it was. */
export const SUMMARY_BOUNDS: AnswerBounds = { steps: 1, maxOutputTokens: 400 };

const REQUEST =
  '[The conversation becomes too long to be remembered word by word. Write for yourself what you need of it, in at most ten short sentences: who the person is and what they want, names, numbers and dates, what was decided or done, and what is still open. Write nothing else, and use no tools.]';

const NO_REMINDERS: Reminders = { add: () => undefined, list: () => [], cancel: () => {} };

/**
 * Asks for a summary like for any answer, so that all before the request for it can come from the
 * vendor's cache.
 *
 * @param answer - within `SUMMARY_BOUNDS`
 * @throws what `answer` throws; the signal's reason when aborted
 */
export async function summaryOf(
  { messages, person, signal, onCutOff }: SummaryRequest,
  answer: (request: GenerateRequest) => AsyncIterable<GeneratorEvent>,
): Promise<Summary> {
  const request: GenerateRequest = {
    history: [...messages, { role: 'user', text: REQUEST }],
    person,
    signal,
    reminders: NO_REMINDERS,
    ...(onCutOff && { onCutOff }),
  };
  let text = '';
  let told: Pick<Summary, 'usage' | 'isEstimated'> | undefined;
  try {
    for await (const event of answer(request)) {
      if (event.type === 'text-delta') text += event.text;
      if (event.type === 'usage-reported') {
        const { type: _, isEstimated, ...usage } = event;
        told = { usage, ...(isEstimated && { isEstimated }) };
      }
    }
    signal.throwIfAborted();
  } catch (error) {
    // There is no summary to carry it.
    if (told !== undefined) onCutOff?.(told.usage);
    throw error;
  }
  return { text: text.trim(), usage: { inputTokens: 0, outputTokens: 0 }, ...told };
}

import type { Message } from '../stages/generator.ts';
import type { ConversationOptions } from './conversation-options.ts';
import type { SessionReminders } from './reminders.ts';
import type { Generate } from './reply/reply-options.ts';

/**
 * Asks the generator for an answer.
 *
 * @param unasked - how many messages at the end of `history` want it
 */
export function answerTo(
  history: readonly Message[],
  unasked: number,
  reminders: SessionReminders,
  { providers, settings, allowsTools }: ConversationOptions,
  isSpeculative = false,
): Generate {
  return (signal, observer, onCutOff) =>
    providers.generator.generate(
      {
        history,
        unasked,
        signal,
        onCutOff,
        person: { timeZone: settings.timeZone },
        isSpeculative,
        isWithoutTools: allowsTools?.() === false,
        reminders,
      },
      observer,
    );
}

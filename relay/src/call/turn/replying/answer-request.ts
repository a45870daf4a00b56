import type { Message } from '../../stages/generator/generator.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { SessionReminders } from '../remembering/reminders.ts';
import { answeredByPage } from './page-answer.ts';
import type { Generate } from './reply-options.ts';

/**
 * Asks the generator for an answer.
 *
 * @param unasked - how many messages at the end of `history` want it
 */
export function answerTo(
  history: readonly Message[],
  unasked: number,
  reminders: SessionReminders,
  { providers, settings, allowsTools, pageModel, clock }: ConversationOptions,
  isSpeculative = false,
): Generate {
  return (signal, observer, onCutOff) => {
    const person = { timeZone: settings.timeZone, language: settings.language };
    const events = providers.generator.generate(
      {
        history,
        unasked,
        signal,
        onCutOff,
        person,
        isSpeculative,
        isWithoutTools: allowsTools?.() === false,
        reminders,
      },
      observer,
    );
    if (pageModel?.isOffered !== true) return events;
    const earlier = history.slice(0, history.length - unasked);
    return answeredByPage(events, { pageModel, earlier, person, signal, observer, clock });
  };
}

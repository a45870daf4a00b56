import type { Message, GeneratorEvent, Person } from '../../stages/generator/generator.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { SessionReminders } from '../remembering/reminders.ts';
import type { Generate } from './reply-options.ts';
import { ParleyError } from '@parley/shared';
import { sleep, type Clock } from '../../../base/lib/clock.ts';
import type { ReservationOutcome } from '../../../people/metering/budgets.ts';
import { BROWSER, type FailoverObserver, type ProviderAttempt } from '../../stages/provider.ts';
import {
  DEFAULT_SYSTEM_PROMPT,
  instructionsFor,
  momentFor,
} from '../../../providers/vendor-kit/language-model/instructions.ts';
import { toModelMessages } from '../../../providers/vendor-kit/language-model/model-messages.ts';
import {
  MachineNotation,
  textIn,
} from '../../../providers/vendor-kit/language-model/machine-notation.ts';
import { SpokenTextFilter } from '../../../providers/vendor-kit/language-model/spoken-text-filter.ts';
import type { BrowserModelPort, BrowserQuestion } from './browser-model.ts';

/** Models in browsers are small, and read slowly: estimated tokens. */
const BOUNDS = { historyTokens: 800, maxTokens: 1_600 };

/** How often, and for how long, an answer waits for what others have reserved and may not use. */
const WAIT_MS = { first: 50, step: 500, most: 10_000 };

interface PageAnswerOptions {
  readonly browserModel: BrowserModelPort;
  /** The conversation before the messages to be answered. */
  readonly earlier: readonly Message[];
  readonly person: Person;
  readonly signal: AbortSignal;
  readonly observer: FailoverObserver;
  readonly clock: Clock;
}

/**
 * Asks the generator for an answer.
 *
 * @param unasked - how many messages at the end of `history` want it
 */
export function answerTo(
  history: readonly Message[],
  unasked: number,
  reminders: SessionReminders,
  { providers, settings, allowsTools, browserModel, clientTools, clock }: ConversationOptions,
  isSpeculative = false,
): Generate {
  const { instructions, tools: offered = [] } = settings;
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
        instructions,
        ...(clientTools !== undefined &&
          offered.length > 0 && {
            clientTools: { offered, call: clientTools.call.bind(clientTools) },
          }),
        isWithoutTools: allowsTools?.() === false,
        reminders,
      },
      observer,
    );
    if (browserModel?.isOffered !== true) return events;
    const earlier = history.slice(0, history.length - unasked);
    return answeredByBrowser(events, { browserModel, earlier, person, signal, observer, clock });
  };
}

/**
 * Asks once it is reserved for. If the budget is used up meanwhile, the answer is empty: goodbye
 * follows it.
 *
 * @throws ParleyError `capacity_exhausted` if others need what is left for longer
 */
export function onceReserved(
  generate: Generate,
  reserve: () => ReservationOutcome,
  clock: Clock,
): Generate {
  return async function* (signal, ...asked) {
    for (let waitedMs = 0; !signal.aborted;) {
      const outcome = reserve();
      if (outcome === 'reserved') yield* generate(signal, ...asked);
      if (outcome !== 'short') return;
      if (waitedMs >= WAIT_MS.most) throw new ParleyError('capacity_exhausted');
      // With several relays, what a call needs is drawn as it begins, in some milliseconds.
      const waitMs = waitedMs === 0 ? WAIT_MS.first : WAIT_MS.step - (waitedMs % WAIT_MS.step);
      await sleep(clock, waitMs, signal);
      waitedMs += waitMs;
    }
  };
}

/**
 * Lets a generator's events pass; what it does not understand is asked of the page's model. If that
 * has no word to say, the generator's own words stand.
 *
 * It lies above the failover of the stage: a page's success or failure must not count for or
 * against a provider that other callers share.
 *
 * @throws ParleyError if the page's answer breaks off
 */
export async function* answeredByBrowser(
  events: AsyncIterable<GeneratorEvent>,
  options: PageAnswerOptions,
): AsyncGenerator<GeneratorEvent, void, undefined> {
  let asked: string | undefined;
  const refusal: GeneratorEvent[] = [];
  for await (const event of events) {
    if (event.type === 'not-understood') asked = event.text;
    else if (asked === undefined) yield event;
    else refusal.push(event);
  }
  if (asked === undefined || options.signal.aborted) return;
  let hasText = false;
  for await (const text of pageWords(asked, options)) {
    hasText = true;
    yield { type: 'text-delta', text };
  }
  if (options.signal.aborted) return;
  for (const event of refusal) {
    if (!hasText || event.type === 'usage-reported') yield event;
  }
}

/** What can be said of the page's answer; none if it failed before its first word. */
async function* pageWords(
  asked: string,
  { browserModel, earlier, person, signal, observer, clock }: PageAnswerOptions,
): AsyncGenerator<string, void, undefined> {
  const startedAtMs = clock.now();
  const ended = (outcome: ProviderAttempt['outcome'], fault: string | null = null) => {
    const durationMs = clock.now() - startedAtMs;
    observer.onAttempt?.({ stage: 'generator', provider: BROWSER, outcome, durationMs, fault });
  };
  const notation = new MachineNotation();
  const filter = new SpokenTextFilter();
  let hasText = false;
  let isOver = false;
  const sayable = (text: string) => {
    hasText ||= text.trim() !== '';
    return text === '' ? [] : [text];
  };
  try {
    for await (const written of browserModel.ask(questionOf(asked, earlier, person), signal)) {
      yield* sayable(filter.push(textIn(notation.push(written))));
    }
    yield* sayable(filter.push(textIn(notation.flush())) + filter.flush());
    isOver = true;
    if (signal.aborted) ended('abandoned');
    else if (hasText) ended('succeeded');
    else ended('failed', 'no words');
  } catch (error) {
    isOver = true;
    ended('failed', error instanceof ParleyError ? error.code : 'unknown');
    if (hasText) throw error;
  } finally {
    // The reader has left.
    if (!isOver) ended('abandoned');
  }
}

function questionOf(asked: string, earlier: readonly Message[], person: Person): BrowserQuestion {
  const moment = momentFor(person, new Date());
  const history = [...earlier, { role: 'user', text: `${asked}\n${moment}` } as const];
  return {
    // The page's own words, not the operator's: the caller must not see those.
    instructions: instructionsFor(DEFAULT_SYSTEM_PROMPT, false),
    messages: toModelMessages(history, BOUNDS),
  };
}

import { newId } from '../../base/lib/ids.ts';
import { ProviderError } from '../stages/provider-error.ts';
import type { TurnOutcome } from '../events/call-events.ts';
import type { ConversationOptions } from './conversation-options.ts';
import type { History } from './remembering/history.ts';
import type { Listening } from './listening/listening.ts';
import type { RecognitionOutage } from './listening/recognition-outage.ts';
import type { TurnTaking } from './turn-taking.ts';
import {
  emitSaid,
  isLost,
  wantsAnswer,
  sendOutcome,
  turnOf,
  type LostTurn,
  type UserTurn,
} from './listening/user-turn.ts';

export interface TurnIntakeOptions {
  readonly history: History;
  readonly turns: TurnTaking;
  readonly listening: Listening;
  readonly outage: RecognitionOutage;
}

/**
 * What follows from what the person said, typed or asked for. What waited for the same words is one
 * turn with one answer. A question is not answered while words that were said after it are still to
 * come, but together with them, so that nothing is begun, cut off and done a second time.
 */
export class TurnIntake {
  readonly #conversation: ConversationOptions;
  readonly #options: TurnIntakeOptions;
  /** Seconds of speech of questions that were put off. */
  #postponedSeconds = 0;

  constructor(conversation: ConversationOptions, options: TurnIntakeOptions) {
    this.#conversation = conversation;
    this.#options = options;
  }

  /** @param userTurns - in the order of speaking */
  takeUp(userTurns: readonly UserTurn[]): void {
    const { turns } = this.#options;
    const { emit, settings } = this.#conversation;
    const isAutomatic = settings.createsResponses !== false;
    const questions = userTurns.filter(
      (userTurn) => wantsAnswer(userTurn) && (isAutomatic || userTurn.kind === 'requested'),
    );
    const lost = userTurns.findLast(isLost);
    const isAnswerDue = questions.length > 0 || turns.isQuestionOpen;
    const apologisesAt =
      isAutomatic && lost?.kind === 'spoken' && !isAnswerDue && turns.isPause ? lost : undefined;
    for (const userTurn of userTurns) {
      const { turnId } = userTurn;
      this.#tell(userTurn);
      let responseId: string | undefined;
      if (userTurn === questions.at(-1)) responseId = this.#answer(userTurn, questions);
      else if (userTurn === apologisesAt) responseId = this.#apologise(apologisesAt);
      else if (userTurn === userTurns.at(-1) && !isLost(userTurn)) {
        responseId = this.#resume(turnId);
      }
      // Observers learn of a loss together with the response that apologises for it.
      if (isLost(userTurn)) this.#emitLost(userTurn, responseId ?? null);
      if (responseId !== undefined) continue;
      emit({ type: 'turn-ended', turnId, outcome: outcomeOf(userTurn) });
    }
    this.#resume(newId('turn'));
    if (isAutomatic && lost !== undefined && apologisesAt === undefined) this.#apologiseLater(lost);
  }

  /** The call is over: what was said is reported, and nothing follows from it. */
  discard(userTurns: readonly UserTurn[]): void {
    const { emit } = this.#conversation;
    for (const userTurn of userTurns) {
      emitSaid(emit, userTurn);
      emit({ type: 'turn-ended', turnId: userTurn.turnId, outcome: 'discarded' });
    }
  }

  announceOutage(): void {
    this.#announce(this.#options.outage.announcement());
  }

  /** Informs observers, client and history of what was said. */
  #tell(userTurn: UserTurn): void {
    const { emit, output, logger } = this.#conversation;
    const { history } = this.#options;
    emitSaid(emit, userTurn);
    sendOutcome(output, userTurn);
    if (userTurn.kind === 'requested') return;
    const { itemId } = userTurn;
    if (userTurn.kind === 'typed') {
      history.add(itemId, { role: 'user', text: userTurn.text }, userTurn.turnId);
    } else if (isLost(userTurn)) {
      const { error } = userTurn.outcome;
      logger.warn({ err: error, code: error.code, itemId }, 'utterance failed');
    } else if (userTurn.outcome.kind === 'heard') {
      const { text, unrecognised, isDoubtful = false } = userTurn.outcome;
      logger.debug({ itemId, transcript: text, unrecognised, isDoubtful }, 'transcript final');
      if (wantsAnswer(userTurn) || userTurn.bargeIn === 'stop') {
        const doubt = isDoubtful ? { isDoubtful } : undefined;
        const message = { role: 'user', text, unrecognised, ...doubt } as const;
        history.add(itemId, message, userTurn.turnId);
      }
      if (userTurn.bargeIn === 'stop') this.#options.turns.leaveUnanswered();
    }
  }

  /** @returns the response's id; undefined if it is answered with what comes after it */
  #answer(question: UserTurn, questions: readonly UserTurn[]): string | undefined {
    const { listening, turns } = this.#options;
    const nowMs = this.#conversation.output.nowMs();
    const asrSeconds = questions.reduce(
      (seconds, asked) => seconds + (turnOf(asked, nowMs).asrSeconds ?? 0),
      this.#postponedSeconds,
    );
    const turn = { ...turnOf(question, nowMs), asrSeconds };
    const isSpeaking = listening.openNumber !== undefined;
    // A typed message is answered even while the person speaks; their speech is not.
    const areAllSpoken = questions.every(({ kind }) => kind === 'spoken');
    const isMoreToCome =
      this.#conversation.settings.createsResponses !== false &&
      (listening.awaitsWords || (isSpeaking && areAllSpoken));
    this.#postponedSeconds = isMoreToCome ? asrSeconds : 0;
    if (!isMoreToCome) return turns.answer(turn);
    turns.postpone(turn);
    return undefined;
  }

  /** Answers what was put off, if its time has come. @returns the response's id */
  #resume(turnId: string): string | undefined {
    const responseId = this.#options.turns.resume(turnId);
    if (responseId !== undefined) this.#postponedSeconds = 0;
    return responseId;
  }

  #apologise(lost: LostTurn): string {
    const turn = turnOf(lost, this.#conversation.output.nowMs());
    return this.#options.turns.say(this.#apologyFor(lost), turn);
  }

  /** After the answer that precedes it. */
  #apologiseLater(lost: LostTurn): void {
    if (lost.kind === 'refused') this.announceOutage();
    else this.#announce(this.#apologyFor(lost));
  }

  #apologyFor({ outcome, standIn }: LostTurn): string {
    return this.#options.outage.apology(outcome.error.code, standIn);
  }

  #announce(text: string | undefined): void {
    if (text !== undefined) this.#options.turns.announce({ text, trigger: 'notice' });
  }

  /** @param responseId - of the response that apologises at once */
  #emitLost({ turnId, itemId, number, outcome }: LostTurn, responseId: string | null): void {
    const { emit, providers, settings } = this.#conversation;
    const { error, audio } = outcome;
    const active = providers.ladder.active('transcriber', settings.language);
    emit({
      type: 'utterance-failed',
      turnId,
      itemId,
      utterance: number,
      code: error.code,
      provider: error instanceof ProviderError ? error.provider : active,
      responseId,
      audio: () => audio,
    });
  }
}

/** Why no reply ends the turn. */
function outcomeOf(userTurn: UserTurn): TurnOutcome {
  if (wantsAnswer(userTurn) || userTurn.kind === 'typed') return 'continued';
  if (isLost(userTurn)) return 'failed';
  if ('outcome' in userTurn) {
    if (userTurn.bargeIn === 'backchannel') return 'backchannel';
    if (userTurn.bargeIn === 'stop') return 'stopped';
  }
  return 'outcome' in userTurn && userTurn.outcome.kind === 'discarded' ? 'discarded' : 'no-words';
}

import { newId } from '../../../base/lib/ids.ts';
import type { ConversationOptions } from '../conversation-options.ts';
import type { Listening, UtteranceOutcome } from '../listening/listening.ts';
import type { SupposedTurn } from './speculation.ts';
import type { BargeInVerdict } from '../../events/call-events.ts';
import { judgeEndOfTurn, type EndOfTurnJudgement } from './end-of-turn.ts';
import { Endpointing } from './endpointing.ts';
import { PauseSound } from './pause-sound.ts';
import { classifyInterjection, beginsInterjection } from './short-words.ts';

/** A backchannel is shorter; a person who speaks for longer has something to say. */
const MAX_BACKCHANNEL_MS = 900;

/** Words of one short word may still become another ("no" → "nothing special"). */
const MIN_WORD_MS = 450;

export interface BargeInEvidence {
  /** The words so far, or all of them. */
  readonly words: string;
  /** Length of the speech so far, without the pre-roll and the silence behind it. */
  readonly speechMs: number;
  /** The words are final. */
  readonly isOver: boolean;
  /** The assistant has just asked: what is said then answers it. */
  readonly isQuestion: boolean;
  /** BCP 47. */
  readonly language: string;
}

/** Audio that clients send from before the onset of speech, as docs/protocol.md asks for. */
const PRE_ROLL_MS = 300;

/** Silence after which a backchannel is over. */
const BACKCHANNEL_DELAY_MS = 250;
/** An answer is begun ahead if the person has finished as probably as this. */
const MIN_SPECULATION_PROBABILITY = 0.7;
/** A person who answers a question often begins before its last word. */
const FORESEEN_MS = 800;

/** The reply that the client holds until it is decided whether it is interrupted. */
export interface HeldReply {
  readonly responseId: string;
  /** Position in its audio. */
  readonly playedMs: number;
}

export interface SpeechStart {
  /** The client's number for the utterance. */
  readonly number: number;
  /** True onset of speech on the session clock. */
  readonly onsetMs: number;
  readonly held?: HeldReply | undefined;
}

/** An utterance as the detector sees it, from its beginning to its words. */
interface Detected {
  readonly start: SpeechStart;
  readonly turnId: string;
  /** Of the call when it began, BCP 47. */
  readonly language: string;
  /** The assistant has just asked. */
  readonly isQuestion: boolean;
  verdict: BargeInVerdict | undefined;
}

export interface TurnDetectorOptions extends Pick<
  ConversationOptions,
  'clock' | 'emit' | 'output' | 'settings' | 'turnModel' | 'logger'
> {
  readonly listening: Listening;
  /** What was heard of a reply up to this position; of the latest reply without a position. */
  readonly heardOf: (held: HeldReply | undefined) => string | undefined;
  readonly onDecided: (decision: TurnDecision) => void;
}

/** What the detector decides of an open utterance. */
export type TurnDecision =
  /** The person has probably finished, with these words. */
  | { readonly type: 'probable-end'; readonly turn: SupposedTurn }
  /** The person continues after a pause. */
  | { readonly type: 'resumed' }
  /** The instant is on the session clock. */
  | { readonly type: 'end-of-turn'; readonly speechEndMs: number }
  /** The person takes the turn from a reply. */
  | { readonly type: 'interruption'; readonly responseId: string }
  /** The person wants silence, and no answer. */
  | { readonly type: 'stop'; readonly responseId: string };

/**
 * Turn detection for clients that leave it to the relay: when a turn is over, and whether an
 * utterance that begins while a reply is heard interrupts that reply.
 */
export class TurnDetector {
  readonly #options: TurnDetectorOptions;
  readonly #endpointing: Endpointing;
  readonly #sound: PauseSound;
  #open: Detected | undefined;
  /** Without the silence of the pause; undefined while the person speaks. */
  #pausedSpeechMs: number | undefined;

  constructor(options: TurnDetectorOptions) {
    const { clock, output, listening, logger } = options;
    this.#options = options;
    this.#endpointing = new Endpointing({
      clock,
      nowMs: () => output.nowMs(),
      judge: () => this.#judge(),
      onPredicted: (judgement) => this.#predicted(judgement),
      onEnd: (speechEndMs) => this.#ended(speechEndMs),
    });
    this.#sound = new PauseSound({
      model: options.turnModel,
      clock,
      logger,
      audioEnd: (maxMs) => listening.audioEnd(maxMs),
      onJudged: () => this.#endpointing.judgeAgain(),
    });
  }

  /** An utterance begins. @returns to be called once with its outcome */
  begin(
    start: SpeechStart,
    turnId: string,
  ): (outcome: UtteranceOutcome) => BargeInVerdict | undefined {
    this.over();
    const { held } = start;
    const heard = this.#options.heardOf(held && { ...held, playedMs: held.playedMs + FORESEEN_MS });
    const isQuestion = /[?？]\s*$/u.test(heard ?? '');
    const { language } = this.#options.settings;
    const detected: Detected = { start, turnId, language, isQuestion, verdict: undefined };
    this.#open = detected;
    return (outcome) => this.#settled(detected, outcome);
  }

  /** An utterance is not taken: what is said about that interrupts the reply. */
  refused({ number, held }: SpeechStart): void {
    if (held !== undefined) this.#tellClient(held.responseId, number, 'interruption');
  }

  /** An utterance is ignored, and the reply goes on. */
  ignored({ number: utterance, held }: SpeechStart): void {
    if (held !== undefined) return this.#tellClient(held.responseId, utterance, 'backchannel');
    const type = 'conversation.item.input_audio_transcription.completed';
    const nothing = { item_id: newId('item'), transcript: '', answer_follows: false };
    this.#options.output.event({ type, utterance, ...nothing });
  }

  /** The person is silent, perhaps only for a moment. @param speechEndMs - on the session clock */
  paused(speechEndMs: number): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#pausedSpeechMs = Math.max(0, speechEndMs - open.start.onsetMs);
    this.#considerBargeIn(open);
    this.#sound.paused();
    this.#endpointing.paused(speechEndMs);
  }

  /** The person goes on. */
  resumed(): void {
    this.#pausedSpeechMs = undefined;
    this.#sound.stop();
    this.#endpointing.stop();
    this.#options.onDecided({ type: 'resumed' });
  }

  /** More audio came, or the recogniser knows more. The hot path while a reply is held. */
  progress(): void {
    const open = this.#open;
    if (open === undefined) return;
    if (this.isUndecided) this.#considerBargeIn(open);
    if (this.#endpointing.isPaused) this.#endpointing.judgeAgain();
  }

  /** Whether audio decides anything now. */
  get isUndecided(): boolean {
    return this.#open?.start.held !== undefined && this.#open.verdict === undefined;
  }

  /** The utterance takes no more audio. */
  over(): void {
    this.#sound.stop();
    this.#endpointing.stop();
    this.#open = undefined;
    this.#pausedSpeechMs = undefined;
  }

  #judge(): EndOfTurnJudgement {
    const { listening, heardOf, settings } = this.#options;
    const { words, turnEvent } = listening.progress ?? { words: '', turnEvent: undefined };
    const judgement = judgeEndOfTurn(
      {
        words,
        phrase: words === '' ? undefined : listening.phraseState(words),
        transcriber: turnEvent,
        sound: this.#sound.probability,
        hasPartials: listening.hasPartials,
        language: this.#open?.language ?? settings.language,
        lastReply: heardOf(undefined),
      },
      settings.eagerness,
    );
    return this.#isPerhapsBackchannel(words)
      ? { ...judgement, delayMs: Math.min(judgement.delayMs, BACKCHANNEL_DELAY_MS) }
      : judgement;
  }

  /** The reply is held until the words are there: they are not waited for longer than needed. */
  #isPerhapsBackchannel(words: string): boolean {
    const open = this.#open;
    if (!this.isUndecided || open === undefined) return false;
    return this.#kindOf(open, words) === 'backchannel';
  }

  #predicted({ probability, delayMs, reasons }: EndOfTurnJudgement): void {
    const { output, emit } = this.#options;
    const { turnId, start } = this.#open!;
    emit({ type: 'end-of-turn-predicted', turnId, probability, delayMs, reasons });
    output.event({
      type: 'input_audio_buffer.end_of_turn_predicted',
      utterance: start.number,
      probability: Math.round(probability * 100) / 100,
      delay_ms: delayMs,
      reasons: [...reasons],
    });
    if (probability < MIN_SPECULATION_PROBABILITY) return;
    const words = this.#options.listening.progress?.words ?? '';
    const turn = { turnId, utterance: start.number, words };
    this.#options.onDecided({ type: 'probable-end', turn });
  }

  #ended(speechEndMs: number): void {
    const { output, onDecided } = this.#options;
    output.event({
      type: 'input_audio_buffer.committed',
      utterance: this.#open!.start.number,
      audio_end_ms: speechEndMs,
    });
    onDecided({ type: 'end-of-turn', speechEndMs });
  }

  #considerBargeIn(open: Detected): void {
    const { listening } = this.#options;
    const words = listening.progress?.words ?? '';
    const speechMs = this.#pausedSpeechMs ?? listening.openMs - PRE_ROLL_MS;
    this.#decide(open, { words, speechMs, isOver: false });
  }

  #settled(detected: Detected, outcome: UtteranceOutcome): BargeInVerdict | undefined {
    const { start, verdict } = detected;
    if (start.held === undefined) return undefined;
    switch (outcome.kind) {
      case 'discarded':
        this.#decide(detected, { words: '', speechMs: 0, isOver: true });
        return detected.verdict;
      case 'failed':
        // An apology follows, and no reply may go on under it.
        this.#tell(detected, start.held, 'interruption');
        return detected.verdict;
      case 'heard': {
        const { text } = outcome;
        this.#decide(detected, { words: text, speechMs: 0, isOver: true });
        const isStop = verdict !== undefined && this.#kindOf(detected, text) === 'stop';
        // Words that only began like "stop" want an answer.
        if (verdict === 'stop' && !isStop && text !== '') return 'interruption';
        if (!isStop) return detected.verdict;
        // It was an interruption by its length already, before the words were there.
        if (verdict !== 'stop')
          this.#options.onDecided({ type: 'stop', responseId: start.held.responseId });
        return 'stop';
      }
    }
  }

  #kindOf({ language, isQuestion }: Detected, words: string) {
    return classifyInterjection(words, { language, isQuestion });
  }

  #decide(
    detected: Detected,
    evidence: { readonly words: string; readonly speechMs: number; readonly isOver: boolean },
  ): void {
    const { held } = detected.start;
    if (held === undefined || detected.verdict !== undefined) return;
    const { isQuestion, language } = detected;
    const verdict = judgeBargeIn({ ...evidence, isQuestion, language });
    if (verdict !== undefined) this.#tell(detected, held, verdict);
  }

  #tell(detected: Detected, { responseId }: HeldReply, verdict: BargeInVerdict): void {
    if (detected.verdict !== undefined) return;
    detected.verdict = verdict;
    const { turnId, start } = detected;
    const { emit, output, onDecided } = this.#options;
    // A client's estimate of the session's clock may be a little ahead of it.
    const afterMs = Math.max(0, output.nowMs() - start.onsetMs);
    emit({ type: 'barge-in-decided', turnId, responseId, verdict, afterMs });
    this.#tellClient(responseId, start.number, verdict);
    if (verdict !== 'backchannel') onDecided({ type: verdict, responseId });
  }

  #tellClient(responseId: string, utterance: number, verdict: BargeInVerdict): void {
    this.#options.output.event({
      type: 'response.interruption_decided',
      response_id: responseId,
      utterance,
      interrupted: verdict !== 'backchannel',
      answer_follows: verdict === 'interruption',
    });
  }
}

/** @returns undefined as long as it may be either. Pure. */
export function judgeBargeIn(evidence: BargeInEvidence): BargeInVerdict | undefined {
  const { words, speechMs, isOver, isQuestion, language } = evidence;
  const kind = classifyInterjection(words, { language, isQuestion });
  if (kind === 'stop') return 'stop';
  const isLong = speechMs > MAX_BACKCHANNEL_MS;
  if (kind === 'other') {
    if (isOver || isLong) return 'interruption';
    // "I" may become "I see", "that's" may become "that's enough".
    if (beginsInterjection(words, language)) return undefined;
    const isOneWord = !/\s/.test(words.trim());
    return !isOneWord || speechMs > MIN_WORD_MS ? 'interruption' : undefined;
  }
  if (isLong) return 'interruption';
  return isOver ? 'backchannel' : undefined;
}

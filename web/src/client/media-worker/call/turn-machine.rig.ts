import { vi } from 'vitest';
import type { PlaybackCommand, PlaybackEvent } from '../../messages/playback-messages.ts';
import { TurnTakingRig } from './turn-taking.rig.ts';

type Gate = 'quiet' | 'tentative' | 'speaking' | 'paused' | 'key';

/** Something that happens in a call, and a number to choose its target. */
export interface Step {
  readonly does: keyof typeof STEPS;
  readonly n: number;
}

/**
 * A call in which anything may happen in any order that a detector, a relay, a person and an audio
 * thread can bring about. Nothing happens that does not apply (silence cannot end twice).
 */
export class TurnMachine {
  readonly rig = new TurnTakingRig();
  /** The ids of all replies that were begun, and how many of them have ended for the relay. */
  readonly replies: string[] = [];
  /** How often a reply was held for a decision. */
  heldReplies = 0;
  readonly #openReplies: string[] = [];
  gate: Gate = 'quiet';
  readonly #interrupting: { readonly utterance: number; readonly responseId: string }[] = [];
  #handled = 0;
  #reports: PlaybackEvent[] = [];
  #item: { readonly key: number; begunMs: number; complete: boolean } | undefined;
  #playedMs = 0;
  #pushedMs = 0;
  isSilent = false;

  constructor() {
    this.rig.turns.relayDecides = true;
  }

  step({ does, n }: Step): void {
    STEPS[does](this, n);
    this.#takeCommands();
  }

  /** What is open ends, as it does in time. */
  settle(): void {
    if (this.gate === 'tentative') this.step({ does: 'dismiss', n: 0 });
    this.step({ does: 'release', n: 0 });
    this.step({ does: 'end', n: 0 });
    while (this.#openReplies.length > 0) this.step({ does: 'complete', n: 0 });
    for (let n = 0; n < 400; n += 1) {
      this.step({ does: 'wait', n: 100 });
      this.step({ does: 'play', n: 0 });
    }
  }

  /** What is wrong with the voice, if anything. */
  get fault(): string | undefined {
    const { isUndecided } = this.rig.turns;
    if (isUndecided && !this.isSilent) return 'The voice goes on although nothing is decided.';
    const mayBeHeld = isUndecided || this.gate === 'tentative';
    return this.isSilent && !mayBeHeld ? 'The voice is held without a reason.' : undefined;
  }

  begin(isHeld: boolean): void {
    this.rig.turns.speechStarted(this.rig.nowMs - 100, isHeld);
    this.gate = isHeld ? 'key' : 'speaking';
    const sent = this.rig.sent.findLast(
      (event) => event.type === 'input_audio_buffer.speech_started',
    );
    if (sent?.interrupts === undefined) return;
    const { utterance, interrupts } = sent;
    this.heldReplies += 1;
    this.#interrupting.push({ utterance, responseId: interrupts.response_id });
  }

  decide(n: number, interrupted: boolean): void {
    const asked = this.#interrupting[n % Math.max(1, this.#interrupting.length)];
    if (asked === undefined) return;
    this.rig.decided(asked.responseId, asked.utterance, interrupted, n % 2 === 0);
  }

  reply(n: number): void {
    const id = `reply-${this.replies.length + 1}`;
    this.replies.push(id);
    this.#openReplies.push(id);
    this.rig.created(id, this.replies.length, n % 3 === 0 ? { trigger: 'timer' } : {});
  }

  speak(n: number): void {
    const id = this.#openReplies.at(-1);
    if (id !== undefined) this.rig.frame(this.replies.indexOf(id) + 1, 100 + (n % 300));
  }

  finish(n: number, status: 'completed' | 'cancelled'): void {
    const [id] = this.#openReplies.splice(n % Math.max(1, this.#openReplies.length), 1);
    if (id !== undefined) this.rig.done(id, status);
  }

  wait(ms: number): void {
    this.rig.nowMs += ms;
    vi.advanceTimersByTime(ms);
  }

  /** The audio thread plays for a tenth of a second, and what it has reported arrives. */
  play(): void {
    this.#takeCommands();
    const reports = this.#reports.splice(0);
    for (const report of reports) this.rig.playback.onPlayback(report);
    const item = this.#item;
    if (item === undefined || this.isSilent) return;
    const begins = this.#playedMs === 0 && this.#pushedMs > 0;
    if (begins) this.#reports.push({ type: 'started', item: item.key, contextTimeS: 0 });
    this.#playedMs = Math.min(this.#pushedMs, this.#playedMs + 100);
    if (!item.complete || this.#playedMs < this.#pushedMs) return;
    this.#reports.push({ type: 'ended', item: item.key, playedMs: this.#playedMs });
    this.#item = undefined;
  }

  #takeCommands(): void {
    const { posted } = this.rig;
    for (; this.#handled < posted.length; this.#handled += 1) this.#take(posted[this.#handled]!);
  }

  #take(command: PlaybackCommand): void {
    switch (command.type) {
      case 'begin':
        this.#item ??= { key: command.item, begunMs: this.rig.nowMs, complete: false };
        if (this.#item.key === command.item) this.#playedMs = this.#pushedMs = 0;
        return;
      case 'push':
        if (this.#item?.key === command.item) this.#pushedMs += command.samples.length / 16;
        return;
      case 'complete':
        if (this.#item?.key === command.item) this.#item.complete = true;
        return;
      case 'hold':
      case 'resume':
        this.isSilent = command.type === 'hold';
        if (this.#item !== undefined && this.isSilent) {
          this.#reports.push({ type: 'held', item: this.#item.key, playedMs: this.#playedMs });
        }
        return;
      case 'flush':
        if (this.#item?.key !== command.item) return;
        this.#reports.push({ type: 'flushed', item: command.item, playedMs: this.#playedMs });
        this.#item = undefined;
    }
  }
}

const STEPS = {
  suspect(machine) {
    if (machine.gate !== 'quiet') return;
    machine.gate = 'tentative';
    machine.rig.turns.speechSuspected();
  },
  dismiss(machine) {
    if (machine.gate !== 'tentative') return;
    machine.gate = 'quiet';
    machine.rig.turns.speechMisfired();
  },
  confirm(machine) {
    if (machine.gate === 'tentative') machine.begin(false);
  },
  press(machine) {
    if (machine.gate === 'quiet') machine.begin(true);
  },
  release(machine, n) {
    if (machine.gate !== 'key') return;
    machine.gate = 'quiet';
    if (n % 2 === 0) machine.rig.turns.speechEnded(machine.rig.nowMs);
    else machine.rig.turns.speechDiscarded();
  },
  pause(machine) {
    if (machine.gate !== 'speaking') return;
    machine.gate = 'paused';
    machine.rig.turns.speechPaused(machine.rig.nowMs - 200);
  },
  goOn(machine) {
    if (machine.gate !== 'paused') return;
    machine.gate = 'speaking';
    machine.rig.turns.speechResumed(machine.rig.nowMs - 60);
  },
  end(machine) {
    if (machine.gate !== 'paused' && machine.gate !== 'speaking') return;
    machine.gate = 'quiet';
    machine.rig.turns.speechEnded(machine.rig.nowMs - 200);
  },
  commit(machine, n) {
    const { rig } = machine;
    const utterance = rig.turns.utterance - (n % 3 === 0 ? 1 : 0);
    rig.committed(utterance, rig.nowMs - 300);
    if (utterance !== rig.turns.utterance || machine.gate === 'key') return;
    // As the segmenter does: speech that goes on is the next utterance.
    if (machine.gate === 'speaking') machine.begin(false);
    else if (machine.gate === 'paused') machine.gate = 'quiet';
  },
  interrupts: (machine, n) => machine.decide(n, true),
  accompanies: (machine, n) => machine.decide(n, false),
  reply: (machine, n) => machine.reply(n),
  /** A reply of which some is heard. */
  hear(machine, n) {
    machine.reply(n);
    for (let frames = 0; frames < 5; frames += 1) machine.speak(300);
    for (let reports = 0; reports < 3; reports += 1) machine.play();
  },
  /** Speech over a reply. */
  interject(machine, n) {
    STEPS.hear(machine, n);
    STEPS.suspect(machine);
    if (n % 2 === 0) machine.play();
    STEPS.confirm(machine);
  },
  speak: (machine, n) => machine.speak(n),
  complete: (machine, n) => machine.finish(n, 'completed'),
  cancel: (machine, n) => machine.finish(n, 'cancelled'),
  type: (machine, n) => machine.rig.turns.sendText(`text-${n}`, 'hello'),
  hush: (machine) => machine.rig.turns.cancelResponse(),
  play: (machine) => machine.play(),
  wait: (machine, n) => machine.wait(n),
} satisfies Record<string, (machine: TurnMachine, n: number) => void>;

export const STEP_NAMES = Object.keys(STEPS) as (keyof typeof STEPS)[];

import type { CallState, Settings } from '../../client/index.ts';

type Signals = Settings['signals'];
type Earcon = 'start' | 'heard' | 'turn' | 'end';

interface Tone {
  readonly fromHz: number;
  readonly toHz: number;
  readonly atS: number;
  readonly lengthS: number;
}

/** A rising fourth to begin, one soft tap when heard, the fourth falling at the end. */
const TONES: Readonly<Record<Earcon, readonly Tone[]>> = {
  start: [
    { fromHz: 440, toHz: 440, atS: 0, lengthS: 0.11 },
    { fromHz: 587, toHz: 587, atS: 0.09, lengthS: 0.16 },
  ],
  heard: [{ fromHz: 660, toHz: 620, atS: 0, lengthS: 0.07 }],
  turn: [{ fromHz: 494, toHz: 587, atS: 0, lengthS: 0.12 }],
  end: [
    { fromHz: 587, toHz: 587, atS: 0, lengthS: 0.11 },
    { fromHz: 440, toHz: 440, atS: 0.09, lengthS: 0.18 },
  ],
};

/** The sound that belongs to a change of the call's state, if the person wants one. */
export function earconBetween(signals: Signals, before: CallState, now: CallState): Earcon | null {
  if (signals === 'off' || signals === 'vibration') return null;
  if (before.standing.kind === 'running' && now.standing.kind === 'over') return 'end';
  if (before.session === null && now.session !== null) return 'start';
  const cue = turnCueBetween(before, now);
  return cue === 'turn' && signals === 'some' ? null : cue;
}

/** The meaning of a change for the person's turn: that they were heard, or that they may talk. */
export function turnCueBetween(before: CallState, now: CallState): 'heard' | 'turn' | null {
  if (before.phase === 'hearing' && now.phase === 'thinking') return 'heard';
  const canTalk = now.microphone.kind === 'granted' && (!now.muted || now.holds);
  return before.phase === 'speaking' && now.phase === 'listening' && canTalk ? 'turn' : null;
}

/** Felt as one tap, and as two: ms of vibration and of rest. */
const VIBRATIONS_MS = { heard: [25], turn: [20, 70, 20] };

/** About −30 dB: noticed beside a voice, never over it. */
const PEAK_GAIN = 0.035;
const ATTACK_S = 0.012;

interface Watched<T> {
  getState(): T;
  subscribe(listener: (now: T, before: T) => void): () => void;
}

/** Plays the short sounds as the call goes along, as far as the settings want them. @returns its end */
export function startEarcons(
  call: Watched<CallState>,
  settings: Pick<Watched<Settings>, 'getState'>,
): () => void {
  const player = createEarconPlayer();
  const unsubscribe = call.subscribe((now, before) => {
    const { signals } = settings.getState();
    const cue = signals === 'vibration' ? turnCueBetween(before, now) : null;
    // Safari has no vibration, and others refuse it before the first touch.
    if (cue !== null) navigator.vibrate?.(VIBRATIONS_MS[cue]);
    const tone = earconBetween(signals, before, now);
    if (tone !== null) player.play(tone);
  });
  return () => {
    unsubscribe();
    player.dispose();
  };
}

/** Synthesises the short sounds; silent until a person has touched the page. */
function createEarconPlayer() {
  let context: AudioContext | null = null;
  return {
    play(earcon: Earcon): void {
      try {
        context ??= new AudioContext({ latencyHint: 'playback' });
        if (context.state === 'suspended') context.resume().catch(() => undefined);
        for (const tone of TONES[earcon]) schedule(context, tone);
      } catch {
        // A device without a free output has no earcons; the call itself reports what matters.
      }
    },
    dispose(): void {
      context?.close().catch(() => undefined);
      context = null;
    },
  };
}

function schedule(context: AudioContext, tone: Tone): void {
  const begin = context.currentTime + tone.atS;
  const end = begin + tone.lengthS;
  const oscillator = new OscillatorNode(context, { type: 'sine', frequency: tone.fromHz });
  const gain = new GainNode(context, { gain: 0 });
  oscillator.frequency.setValueAtTime(tone.fromHz, begin);
  oscillator.frequency.linearRampToValueAtTime(tone.toHz, end);
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(PEAK_GAIN, begin + ATTACK_S);
  gain.gain.exponentialRampToValueAtTime(0.0005, end);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(end + 0.02);
}

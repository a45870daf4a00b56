import { PCM16_SCALE } from '@parley/shared/audio/pcm16';
import { StreamResampler } from '@parley/shared/audio/stream-resampler';
import {
  PLAYBACK_AHEAD_MS,
  POSITION_REPORTS_PER_SECOND,
  type PlaybackCommand,
  type PlaybackEvent,
} from '../messages/playback-messages.ts';

/** Long enough not to click, short enough to be felt as "at once". */
const FADE_MS = 15;
/** After a gap, this much has to be there before the voice comes back. */
const RESTART_MS = 40;
/** A sample that is heard: −40 dBFS. */
const AUDIBLE = 0.01;

interface PlayingItem {
  readonly item: number;
  readonly rateHz: number;
  readonly resampler: StreamResampler;
  complete: boolean;
  started: boolean;
  audible: boolean;
  starved: boolean;
  flushing: boolean;
}

/**
 * Everything the playback worklet does, without the worklet.
 *
 * Silence is always reached and left through a fade. A fade-out reads ahead of the position that is
 * kept: once silent, the position goes back to the start of the fade, so that holding, resuming and
 * running dry lose not a sample.
 */
export class PlaybackCore {
  readonly #contextHz: number;
  readonly #report: (report: PlaybackEvent) => void;
  readonly #fadeSamples: number;
  readonly #restartSamples: number;
  readonly #reportSamples: number;
  #playing: PlayingItem | undefined;
  #held = false;
  /** Gain in steps of 1/`fadeSamples`: 0 is silent. */
  #gain: number;
  /** Output samples that were pulled since the fade-out began. */
  #faded = 0;
  #sinceReport = 0;
  #squares = 0;

  constructor(contextHz: number, report: (report: PlaybackEvent) => void) {
    this.#contextHz = contextHz;
    this.#report = report;
    this.#fadeSamples = Math.round((FADE_MS * contextHz) / 1_000);
    this.#restartSamples = Math.round((RESTART_MS * contextHz) / 1_000);
    this.#reportSamples = Math.round(contextHz / POSITION_REPORTS_PER_SECOND);
    this.#gain = this.#fadeSamples;
  }

  handle(command: PlaybackCommand): void {
    const playing = this.#playing;
    switch (command.type) {
      case 'begin':
        if (playing === undefined) this.#begin(command.item, command.rateHz);
        return;
      case 'push':
        if (playing?.item === command.item) playing.resampler.push(command.samples, PCM16_SCALE);
        return;
      case 'complete':
        if (playing?.item !== command.item) return;
        playing.complete = true;
        playing.resampler.end();
        return;
      case 'hold':
        this.#held = true;
        if (playing !== undefined && this.#gain === 0) this.#reportHeld(playing);
        return;
      case 'resume':
        this.#held = false;
        return;
      case 'flush':
        if (playing?.item !== command.item) return;
        playing.flushing = true;
        if (this.#gain === 0 || !playing.started) this.#reachSilence(playing);
        return;
    }
  }

  /**
   * Renders one quantum.
   *
   * @param contextTimeS the context's time of its first sample
   */
  render(output: Float32Array, contextTimeS: number): void {
    output.fill(0);
    const playing = this.#playing;
    if (playing === undefined) return;
    this.#noticeStarvation(playing, output.length);
    const opening = !this.#held && !playing.flushing && !playing.starved;
    if (opening) this.#renderOpen(playing, output, contextTimeS);
    else if (this.#gain > 0) this.#renderClosing(playing, output);
    this.#reportPosition(playing, output, contextTimeS);
    if (playing.complete && playing.resampler.available === 0) {
      this.#playing = undefined;
      this.#report({ type: 'ended', item: playing.item, playedMs: playedMs(playing) });
    }
  }

  #begin(item: number, rateHz: number): void {
    const resampler = new StreamResampler({
      inputHz: rateHz,
      outputHz: this.#contextHz,
      // A quarter more than the worker means to keep here, for what is on its way.
      capacity: Math.round((PLAYBACK_AHEAD_MS * 1.25 * rateHz) / 1_000),
      historyOutputs: this.#fadeSamples,
    });
    this.#playing = {
      item,
      rateHz,
      resampler,
      complete: false,
      started: false,
      audible: false,
      starved: false,
      flushing: false,
    };
    this.#gain = this.#held ? 0 : this.#fadeSamples;
    this.#faded = 0;
    this.#sinceReport = 0;
    this.#squares = 0;
  }

  #noticeStarvation(playing: PlayingItem, quantum: number): void {
    const { available } = playing.resampler;
    if (playing.starved) {
      playing.starved = !playing.complete && available < this.#restartSamples;
    } else if (playing.started && !playing.complete && available < quantum + this.#fadeSamples) {
      // Noticed while there is still enough left to fade out with.
      playing.starved = true;
      this.#report({ type: 'starved', item: playing.item });
    }
  }

  #renderOpen(playing: PlayingItem, output: Float32Array, contextTimeS: number): void {
    this.#faded = 0;
    const count = playing.resampler.pull(output);
    if (count > 0 && !playing.started) {
      playing.started = true;
      this.#report({ type: 'started', item: playing.item, contextTimeS });
    }
    if (!playing.audible) this.#noticeSound(playing, output, contextTimeS);
    for (let n = 0; n < count && this.#gain < this.#fadeSamples; n += 1) {
      this.#gain += 1;
      output[n] = output[n]! * (this.#gain / this.#fadeSamples);
    }
  }

  #noticeSound(playing: PlayingItem, output: Float32Array, contextTimeS: number): void {
    const first = output.findIndex((sample) => Math.abs(sample) >= AUDIBLE);
    if (first < 0) return;
    playing.audible = true;
    this.#report({
      type: 'audible',
      item: playing.item,
      contextTimeS: contextTimeS + first / this.#contextHz,
    });
  }

  #renderClosing(playing: PlayingItem, output: Float32Array): void {
    const wanted = Math.min(output.length, this.#gain);
    const count = playing.resampler.pull(output, 0, wanted);
    for (let n = 0; n < count; n += 1) {
      this.#gain -= 1;
      output[n] = output[n]! * (this.#gain / this.#fadeSamples);
    }
    this.#faded += count;
    if (this.#gain === 0 || count < wanted) this.#reachSilence(playing);
  }

  #reachSilence(playing: PlayingItem): void {
    if (playing.flushing) {
      this.#playing = undefined;
      this.#report({ type: 'flushed', item: playing.item, playedMs: playedMs(playing) });
      return;
    }
    this.#gain = 0;
    playing.resampler.rewind(this.#faded);
    this.#faded = 0;
    if (this.#held) this.#reportHeld(playing);
  }

  #reportHeld(playing: PlayingItem): void {
    this.#report({ type: 'held', item: playing.item, playedMs: playedMs(playing) });
  }

  #reportPosition(playing: PlayingItem, output: Float32Array, contextTimeS: number): void {
    for (const sample of output) this.#squares += sample * sample;
    this.#sinceReport += output.length;
    if (this.#sinceReport < this.#reportSamples) return;
    this.#report({
      type: 'position',
      item: playing.item,
      playedMs: playedMs(playing),
      bufferedMs: (playing.resampler.available * 1_000) / this.#contextHz,
      rms: Math.sqrt(this.#squares / this.#sinceReport),
      contextTimeS: contextTimeS + output.length / this.#contextHz,
    });
    this.#sinceReport = 0;
    this.#squares = 0;
  }
}

function playedMs(playing: PlayingItem): number {
  return (playing.resampler.inputPosition * 1_000) / playing.rateHz;
}

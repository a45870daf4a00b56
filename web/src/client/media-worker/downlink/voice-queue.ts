import { JitterBuffer, JitterTarget } from './jitter-buffer.ts';
import type { PlaybackCommand, PlaybackEvent } from '../../messages/playback-messages.ts';

interface VoiceItem {
  readonly responseId: string;
  /** The number its audio frames carry. */
  readonly item: number;
  /** The number the worklet knows it by: unlike `item`, never used twice. */
  readonly key: number;
  readonly rateHz: number;
  readonly buffer: JitterBuffer;
  received: boolean;
  begun: boolean;
  /** Its first sample was rendered. */
  started: boolean;
  completed: boolean;
  playedMs: number;
  /** Known once the worklet has fallen silent on `hold`. */
  heldMs: number | undefined;
}

/** The reply whose voice is being heard, and how far. */
export interface AudibleReply {
  readonly responseId: string;
  readonly playedMs: number;
}

export interface VoiceQueueOptions {
  post(command: PlaybackCommand, transfer: ArrayBuffer[]): void;
  /** The first audio of a reply arrived. */
  onReceived(responseId: string, atMs: number): void;
  /** Its first sample was rendered. */
  onStarted(responseId: string, contextTimeS: number): void;
  /** Its first sample that can be heard was rendered. */
  onAudible(responseId: string, contextTimeS: number): void;
  onProgress(responseId: string, playedMs: number, rms: number): void;
  /** The voice was played to its end. */
  onFinished(responseId: string, playedMs: number): void;
  /** The voice was flushed after so much of it was played. */
  onInterrupted(responseId: string, playedMs: number): void;
  now(): number;
}

/**
 * Plays the replies' voices one after the other, each through its jitter buffer.
 *
 * Frames of a reply that was flushed, or is not known, are dropped: after a barge-in the relay's
 * last frames are still on their way.
 */
export class VoiceQueue {
  readonly #options: VoiceQueueOptions;
  readonly #target = new JitterTarget();
  #items: VoiceItem[] = [];
  #nextKey = 1;
  /** The flushed item whose last fade the worklet still plays; nothing may begin before. */
  #clearing: { readonly item: VoiceItem; readonly announced: boolean } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting = false;
  #speakerBufferedMs = 0;

  constructor(options: VoiceQueueOptions) {
    this.#options = options;
  }

  get targetMs(): number {
    return this.#target.targetMs;
  }

  get bufferedMs(): number {
    const waitingMs = this.#items.reduce((sum, { buffer }) => sum + buffer.waitingMs, 0);
    return waitingMs + (this.#items.length > 0 ? this.#speakerBufferedMs : 0);
  }

  get underruns(): number {
    return this.#target.underruns;
  }

  /** What is heard, or held in the middle of it. */
  get audible(): AudibleReply | undefined {
    const [voice] = this.#items;
    if (voice?.started !== true) return undefined;
    return { responseId: voice.responseId, playedMs: voice.heldMs ?? voice.playedMs };
  }

  open(reply: { responseId: string; item: number; rateHz: number }): void {
    this.#items.push({
      ...reply,
      key: this.#nextKey,
      buffer: new JitterBuffer(reply.rateHz, this.#target),
      received: false,
      begun: false,
      started: false,
      completed: false,
      playedMs: 0,
      heldMs: undefined,
    });
    this.#nextKey += 1;
  }

  push(item: number, samples: Int16Array, last: boolean): void {
    const voice = this.#items.findLast((candidate) => candidate.item === item);
    if (voice === undefined) return;
    const atMs = this.#options.now();
    if (samples.length > 0 && !voice.received) {
      voice.received = true;
      this.#options.onReceived(voice.responseId, atMs);
    }
    voice.buffer.push(samples, atMs);
    if (last) voice.buffer.complete();
    this.#pump();
  }

  /** The reply, or every one, has no more audio than what arrived. */
  complete(responseId?: string): void {
    for (const voice of this.#items) {
      if ((responseId ?? voice.responseId) === voice.responseId) voice.buffer.complete();
    }
    this.#pump();
  }

  /** Whether a reply that has not begun is to wait, because something else is being heard. */
  setWaiting(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#pump();
  }

  /** Falls silent at once, for as long as it is not known whether this is an interruption. */
  hold(): void {
    this.#options.post({ type: 'hold' }, []);
  }

  /** The hold was wrong: the voice continues at the place of the hold. */
  resume(): void {
    for (const voice of this.#items) voice.heldMs = undefined;
    this.#options.post({ type: 'resume' }, []);
  }

  /**
   * Falls silent and forgets every reply, or only `responseId`; what was forgotten is reported as
   * interrupted. Forgetting everything also settles a `hold`.
   */
  flush(responseId?: string): void {
    const [head] = this.#items;
    const flushed = this.#items.filter(
      (voice) => (responseId ?? voice.responseId) === voice.responseId,
    );
    this.#items = this.#items.filter((voice) => !flushed.includes(voice));
    for (const voice of flushed) {
      if (voice === head && voice.begun) this.#flushPlaying(voice);
      else this.#options.onInterrupted(voice.responseId, 0);
    }
    if (responseId === undefined) this.#options.post({ type: 'resume' }, []);
    this.#pump();
  }

  onReport(report: PlaybackEvent): void {
    if (this.#clearing?.item.key === report.item) {
      if (report.type !== 'flushed' && report.type !== 'ended') return;
      const { item, announced } = this.#clearing;
      this.#clearing = undefined;
      if (!announced) this.#options.onInterrupted(item.responseId, report.playedMs);
      this.#pump();
      return;
    }
    const [voice] = this.#items;
    if (voice === undefined || voice.key !== report.item) return;
    const { responseId } = voice;
    switch (report.type) {
      case 'started':
        voice.started = true;
        return this.#options.onStarted(responseId, report.contextTimeS);
      case 'audible':
        return this.#options.onAudible(responseId, report.contextTimeS);
      case 'position':
        voice.playedMs = report.playedMs;
        this.#speakerBufferedMs = report.bufferedMs;
        this.#options.onProgress(responseId, report.playedMs, report.rms);
        return this.#pump();
      case 'starved':
        voice.buffer.ranDry();
        return this.#pump();
      case 'held':
        voice.heldMs = report.playedMs;
        return;
      case 'ended':
        this.#items.shift();
        this.#target.endItem();
        this.#options.onFinished(responseId, report.playedMs);
        return this.#pump();
      case 'flushed':
        return;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#items = [];
  }

  #flushPlaying(voice: VoiceItem): void {
    const { heldMs } = voice;
    this.#clearing = { item: voice, announced: heldMs !== undefined };
    this.#options.post({ type: 'flush', item: voice.key }, []);
    if (heldMs !== undefined) this.#options.onInterrupted(voice.responseId, heldMs);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const [voice] = this.#items;
    if (voice === undefined || this.#clearing !== undefined) return;
    if (this.#waiting && !voice.begun) return;
    const atMs = this.#options.now();
    const chunks = voice.buffer.take(atMs, voice.playedMs);
    if ((chunks.length > 0 || voice.buffer.drained) && !voice.begun) {
      voice.begun = true;
      this.#options.post({ type: 'begin', item: voice.key, rateHz: voice.rateHz }, []);
    }
    for (const samples of chunks) {
      // A frame lies in the message it came in, which has no other reader: it is given away whole.
      const transfer = samples.buffer instanceof ArrayBuffer ? [samples.buffer] : [];
      this.#options.post({ type: 'push', item: voice.key, samples }, transfer);
    }
    if (voice.buffer.drained && !voice.completed) {
      voice.completed = true;
      this.#options.post({ type: 'complete', item: voice.key }, []);
    }
    const { dueAtMs } = voice.buffer;
    if (dueAtMs !== undefined && voice.buffer.waitingMs > 0) {
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.ceil(dueAtMs - atMs)));
    }
  }
}

import type { LineChoice, LineState } from '@parley/shared/link/line-state';
import type { LineHints, LineWishes } from '@parley/shared/link/line-watch';
import type { Outbound } from '@parley/shared/link/outbound';
import type { SpeechUplink, SpeechUplinkOptions } from '@parley/shared/link/speech-uplink';

type Encoded = Pick<SpeechUplink, 'send' | 'isBroken' | 'close'>;

/** @returns undefined if this browser has no encoder */
type LoadUplink = (options: Omit<SpeechUplinkOptions, 'encoder'>) => Promise<Encoded | undefined>;

export interface CallUplinkOptions extends Omit<SpeechUplinkOptions, 'encoder'> {
  /** What the person wants at first. */
  readonly choice: LineChoice;
  onLate(isLate: boolean): void;
}

/**
 * What a call sends, on its way to the connection. The code that encodes speech is loaded by calls
 * whose relay takes Opus; until it is there, and if it cannot be had, everything is PCM16.
 */
export class CallUplink {
  choice: LineChoice;
  /** For the connection, which judges the line. */
  readonly wishes: LineWishes = {
    choice: () => this.choice,
    // Not in Safari and Firefox.
    hints: () => (navigator as { readonly connection?: LineHints }).connection ?? {},
    hasEncoder: () => this.hasEncoder,
  };
  readonly #options: CallUplinkOptions;
  readonly #load: LoadUplink;
  #isLoading = false;
  #loaded: Encoded | undefined;
  #used: Encoded | undefined;
  #isClosed = false;
  #lineNews: 'none' | 'late' | 'over' = 'none';

  constructor(options: CallUplinkOptions, load: LoadUplink = loadUplink) {
    this.choice = options.choice;
    this.#options = options;
    this.#load = load;
  }

  get hasEncoder(): boolean {
    return this.#loaded?.isBroken === false;
  }

  load(): void {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const loaded = (uplink: Encoded | undefined) => {
      if (!this.#isClosed) this.#loaded = uplink;
    };
    this.#load(this.#options).then(loaded, () => {
      // The next session tries again.
      this.#isLoading = false;
    });
  }

  /** Reports a line that is late, and no longer is, once: one that comes and goes is no news. */
  lineChanged({ reason }: LineState): void {
    const isLate = reason === 'late';
    if (isLate === (this.#lineNews === 'late') || this.#lineNews === 'over') return;
    this.#lineNews = isLate ? 'late' : 'over';
    this.#options.onLate(isLate);
  }

  send(message: Outbound): void {
    const isStart =
      message.kind === 'event' && message.event.type === 'input_audio_buffer.speech_started';
    // An utterance that has begun keeps its way.
    if (isStart) this.#used ??= this.#loaded;
    if (this.#used === undefined) this.#options.send(message);
    else this.#used.send(message);
  }

  close(): void {
    this.#isClosed = true;
    this.#loaded?.close();
  }
}

const loadUplink: LoadUplink = async (options) => {
  const { encodingUplink } = await import('./web-codecs-encoder.ts');
  return encodingUplink(options);
};

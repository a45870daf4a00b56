import type { Outbound } from '@parley/shared/link/outbound';
import type { SpeechUplink, SpeechUplinkOptions } from '@parley/shared/link/speech-uplink';

type Encoded = Pick<SpeechUplink, 'send' | 'isBroken' | 'close'>;

/** @returns undefined if this browser has no encoder */
type LoadUplink = (options: Omit<SpeechUplinkOptions, 'encoder'>) => Promise<Encoded | undefined>;

/**
 * What a call sends, on its way to the connection. The code that encodes speech is loaded by calls
 * whose relay takes Opus; until it is there, and if it cannot be had, everything is PCM16.
 */
export class CallUplink {
  readonly #options: Omit<SpeechUplinkOptions, 'encoder'>;
  readonly #load: LoadUplink;
  #loading: Promise<void> | undefined;
  #loaded: Encoded | undefined;
  #used: Encoded | undefined;
  #isClosed = false;

  constructor(options: Omit<SpeechUplinkOptions, 'encoder'>, load: LoadUplink = loadUplink) {
    this.#options = options;
    this.#load = load;
  }

  get hasEncoder(): boolean {
    return this.#loaded?.isBroken === false;
  }

  load(): void {
    const loaded = (uplink: Encoded | undefined) => {
      if (!this.#isClosed) this.#loaded = uplink;
    };
    this.#loading ??= this.#load(this.#options).then(loaded, () => {
      // The next session tries again.
      this.#loading = undefined;
    });
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

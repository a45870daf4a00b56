import type { AudioCodec, AudioFrame, RelayEvent, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { OpusVoice, OpusVoiceOptions } from './opus-voice.ts';

type Voice = Pick<OpusVoice, 'event' | 'audio' | 'settle' | 'close'>;
type LoadedOptions = Omit<OpusVoiceOptions, 'AudioDecoder'>;

export interface CallDownlinkOptions extends Omit<LoadedOptions, 'onFailed'> {
  send(event: SequencedEvent): void;
  /** What the line can bear. */
  codec(): AudioCodec;
}

/**
 * What a call receives, on its way from the connection. The voice is asked for in Opus while the
 * line bears no more and this browser decodes it; the code for that is loaded by calls whose relay
 * takes Opus.
 */
export class CallDownlink {
  readonly #options: CallDownlinkOptions;
  readonly #load: typeof loadVoice;
  #isLoading = false;
  #voice: Voice | undefined;
  /** In the session that runs. */
  #asked: AudioCodec = 'pcm16';
  #hasFailed = false;
  #isClosed = false;

  constructor(options: CallDownlinkOptions, load = loadVoice) {
    this.#options = options;
    this.#load = load;
  }

  event(event: RelayEvent): void {
    if (this.#voice === undefined) this.#options.onEvent(event);
    else this.#voice.event(event);
  }

  audio(frame: AudioFrame): void {
    if (this.#voice === undefined) this.#options.onAudio(frame);
    else this.#voice.audio(frame);
  }

  /** A session has begun: its voice is PCM16. */
  begun({ session }: RelayEventOf<'session.created'>): void {
    this.#asked = 'pcm16';
    if (session.audio_codecs?.includes('opus') !== true) return;
    if (!this.#isLoading) void this.#fetch();
    this.lineChanged();
  }

  lineChanged(): void {
    const isOpus = this.#voice !== undefined && !this.#hasFailed;
    const codec = isOpus ? this.#options.codec() : 'pcm16';
    if (codec === this.#asked) return;
    this.#asked = codec;
    this.#options.send({ type: 'session.update', session: { output_audio_codec: codec } });
  }

  /** The session is over: what of it is not decoded is not waited for. */
  settle(): void {
    this.#voice?.settle();
  }

  close(): void {
    this.#isClosed = true;
    this.#voice?.close();
  }

  async #fetch(): Promise<void> {
    this.#isLoading = true;
    const { onEvent, onAudio } = this.#options;
    const onFailed = () => {
      this.#hasFailed = true;
      this.lineChanged();
    };
    try {
      const voice = await this.#load({ onEvent, onAudio, onFailed });
      if (this.#isClosed) return;
      this.#voice = voice;
      this.lineChanged();
    } catch {
      // The next session tries again.
      this.#isLoading = false;
    }
  }
}

async function loadVoice(options: LoadedOptions): Promise<Voice | undefined> {
  const { OpusVoice: Loaded, opusDecoder } = await import('./opus-voice.ts');
  const AudioDecoder = await opusDecoder();
  return AudioDecoder && new Loaded({ ...options, AudioDecoder });
}

import type { MediaCommand, MediaNotice, PageVoiceRequest } from '../../messages/media-messages.ts';
import type { PageSpeech } from './page-speech.ts';

export interface LazyPageSpeechOptions {
  load(): Promise<PageSpeech>;
  post(command: MediaCommand): void;
  notify(notice: MediaNotice): void;
}

/**
 * The page's own speech, loaded with each call: most never need it. What happens while it loads
 * waits for it, in order.
 */
export class LazyPageSpeech {
  readonly #options: LazyPageSpeechOptions;
  /** Resolves with undefined if it could not be loaded. */
  #loading: Promise<PageSpeech | undefined> | undefined;
  #speech: PageSpeech | undefined;

  constructor(options: LazyPageSpeechOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    this.#loading ??= this.#options.load().catch(() => undefined);
    const loading = this.#loading;
    const speech = await loading;
    if (loading === this.#loading) this.#speech = speech;
  }

  get wantsMicrophone(): boolean {
    return this.#speech?.wantsMicrophone === true;
  }

  setOpen(open: boolean): void {
    this.#do((speech) => speech.setOpen(open));
  }

  setVolume(volume: number): void {
    this.#do((speech) => speech.setVolume(volume));
  }

  /** The call is over; the next one loads another. */
  end(): void {
    this.#do((speech) => speech.end());
    this.#loading = undefined;
    this.#speech = undefined;
  }

  onRequest(request: PageVoiceRequest): void {
    this.#do(
      (speech) => speech.onRequest(request),
      () => {
        if (request.type !== 'speak') return;
        const { responseId, clause } = request;
        this.#options.post({ type: 'page-voice', responseId, clause, state: 'failed' });
      },
    );
  }

  onNotice(notice: MediaNotice): void {
    this.#do(
      (speech) => speech.onNotice(notice),
      () => {
        for (const stage of ['transcriber', 'synthesizer'] as const) {
          const isAsked =
            notice.type === 'session'
              ? notice.session.providers[stage] === 'browser'
              : notice.type === 'stage-changed' &&
                notice.stage === stage &&
                notice.to === 'browser';
          if (isAsked) this.#options.notify({ type: 'page-ability', stage, ability: 'failed' });
        }
      },
    );
  }

  #do(run: (speech: PageSpeech) => void, otherwise: () => void = () => {}): void {
    void this.#loading?.then((speech) => (speech === undefined ? otherwise() : run(speech)));
  }
}

import type { MediaCommand, MediaNotice, PageVoiceRequest } from '../../messages/media-messages.ts';
import type { PageSpeech } from './page-speech.ts';

export interface LazyPageSpeechOptions {
  load(): Promise<PageSpeech>;
  post(command: MediaCommand): void;
  tell(notice: MediaNotice): void;
}

/** What is to be done with it, and what where it cannot be had. */
interface Task {
  run(speech: PageSpeech): void;
  otherwise(): void;
}

type State =
  | { readonly kind: 'unneeded' }
  /** What happens meanwhile waits: a call's first few seconds at most. */
  | { readonly kind: 'loading'; readonly tasks: Task[] }
  | { readonly kind: 'ready'; readonly speech: PageSpeech }
  | { readonly kind: 'failed' };

/** The page's own speech, loaded with the first call: most calls never need it. */
export class LazyPageSpeech {
  readonly #options: LazyPageSpeechOptions;
  #state: State = { kind: 'unneeded' };

  constructor(options: LazyPageSpeechOptions) {
    this.#options = options;
  }

  /** Safe to call often; after a failure it tries again. */
  async load(): Promise<void> {
    if (this.#state.kind === 'loading' || this.#state.kind === 'ready') return;
    const tasks: Task[] = [];
    this.#state = { kind: 'loading', tasks };
    try {
      const speech = await this.#options.load();
      this.#state = { kind: 'ready', speech };
      for (const task of tasks) task.run(speech);
    } catch {
      this.#state = { kind: 'failed' };
      for (const task of tasks) task.otherwise();
    }
  }

  get wantsMicrophone(): boolean {
    return this.#state.kind === 'ready' && this.#state.speech.wantsMicrophone;
  }

  setOpen(open: boolean): void {
    this.#do((speech) => speech.setOpen(open));
  }

  setVolume(volume: number): void {
    this.#do((speech) => speech.setVolume(volume));
  }

  end(): void {
    this.#do((speech) => speech.end());
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
      () => this.#tellUnable(notice),
    );
  }

  #tellUnable(notice: MediaNotice): void {
    const turns =
      notice.type === 'session'
        ? notice.session.providers
        : notice.type === 'stage-changed'
          ? { [notice.stage]: notice.to }
          : {};
    for (const stage of ['transcriber', 'synthesizer'] as const) {
      if (turns[stage] !== 'browser') continue;
      this.#options.tell({ type: 'page-ability', stage, ability: 'failed' });
    }
  }

  #do(run: Task['run'], otherwise: Task['otherwise'] = () => {}): void {
    if (this.#state.kind === 'ready') run(this.#state.speech);
    else if (this.#state.kind === 'loading') this.#state.tasks.push({ run, otherwise });
    else if (this.#state.kind === 'failed') otherwise();
  }
}

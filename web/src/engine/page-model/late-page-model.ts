import type { PageModelRequest } from '../../messages/page-requests.ts';
import type { PageModel, PageModelOptions } from './page-model.ts';

/**
 * The page's language model, whose code is loaded once a person wants it: most never do. What it is
 * told meanwhile it learns in the same order.
 */
export class LatePageModel {
  readonly #post: PageModelOptions['post'];
  #loaded: Promise<PageModel | undefined> | undefined;

  constructor(options: Pick<PageModelOptions, 'post'>) {
    this.#post = options.post;
  }

  setOffered(offered: boolean): void {
    if (offered) this.#loaded ??= this.#load();
    void this.#loaded?.then((model) => model?.setOffered(offered));
  }

  /** What the relay asks for. */
  request(request: PageModelRequest): void {
    void (this.#loaded ?? Promise.resolve(undefined)).then((model) => {
      if (model !== undefined) return model.onRequest(request);
      if (request.type !== 'ask-model') return;
      this.#post({ type: 'page-answer', requestId: request.requestId, state: 'failed' });
    });
  }

  end(): void {
    void this.#loaded?.then((model) => model?.end());
  }

  async #load(): Promise<PageModel | undefined> {
    try {
      const { PageModel: Model, findLanguageModels } = await import('./page-model.ts');
      const models = findLanguageModels(globalThis);
      return models && new Model({ models, post: this.#post });
    } catch {
      return undefined;
    }
  }
}

import type { MediaNotice } from '../messages/media-messages.ts';
import type { PageRequest } from '../messages/page-requests.ts';
import type { AudioGraph } from './audio-graph.ts';
import type { LatePageModel } from './page-model/late-page-model.ts';
import type { LatePageSpeech } from './page-speech/late-page-speech.ts';

/** What of a call can do what the media worker asks for. */
interface PageMeans {
  readonly graph: Pick<AudioGraph, 'renewMicrophone' | 'hushBreath'>;
  readonly pageSpeech: Pick<LatePageSpeech, 'request'>;
  readonly pageModel: Pick<LatePageModel, 'request'>;
}

const REQUESTS: ReadonlySet<string> = new Set<PageRequest['type']>([
  'speak',
  'hush',
  'ask-model',
  'stop-model',
  'renew-capture',
  'hush-breath',
]);

export function isPageRequest(notice: MediaNotice | PageRequest): notice is PageRequest {
  return REQUESTS.has(notice.type);
}

/** Has the page do what only it can. */
export function answerPageRequest(request: PageRequest, means: PageMeans): void {
  switch (request.type) {
    case 'speak':
    case 'hush':
      return means.pageSpeech.request(request);
    case 'ask-model':
    case 'stop-model':
      return means.pageModel.request(request);
    case 'renew-capture':
      return means.graph.renewMicrophone();
    case 'hush-breath':
      return means.graph.hushBreath();
  }
}

// oxlint-disable-next-line import/default -- the query makes it the URL of the built file
import captureUrl from '../worklets/capture.worklet.ts?worker&url';
// oxlint-disable-next-line import/default -- as above
import playbackUrl from '../worklets/playback.worklet.ts?worker&url';

/** The files of a call that run beside the page: a thread of its own, and in the audio context. */
export interface MediaFiles {
  /** Makes a media worker. @throws Error with a sentence for a developer */
  worker(): Promise<Worker>;
  /** Addresses of the worklets. @throws as `worker` */
  worklets(): Promise<{ readonly capture: string; readonly playback: string }>;
}

/**
 * The files of this build, which knows them: Parley's own page. The build of the package puts
 * `package-media-files.ts` in the place of this module.
 *
 * @param _folder - where a page that does not know them finds them; see `CallSetup.assets`
 */
export function mediaFiles(_folder: () => Promise<string>): MediaFiles {
  return {
    worker: async () =>
      new Worker(new URL('../media-worker/media.worker.ts', import.meta.url), {
        type: 'module',
        name: 'parley-media',
      }),
    worklets: async () => ({ capture: captureUrl, playback: playbackUrl }),
  };
}

import type { mediaFiles } from './media-files.ts';

/** Of the messages between page and worker: written in by the build, here and in `client.json`. */
declare const MEDIA_MESSAGES: string;

/** `client.json`: the names of the files, beside itself. */
interface FileNames {
  readonly messages: string;
  readonly worker: string;
  readonly capture: string;
  readonly playback: string;
}

const DEADLINE_MS = 10_000;

/**
 * The files of a call as the package finds them: at the relay, or in the folder `assets` of the
 * page's own origin. `client.json` there names them, because their names change with their content.
 *
 * @param folder - its address, which may be relative to the page's; may reject
 */
const packageMediaFiles: typeof mediaFiles = (folder) => {
  let names: Promise<FileNames> | undefined;
  const find = async (): Promise<FileNames> => {
    return fetchNames(
      new URL(`${(await folder()).replace(/\/$/, '')}/client.json`, document.baseURI),
    );
  };
  const found = () => {
    const mine = (names ??= find());
    mine.catch(() => {
      if (names === mine) names = undefined;
    });
    return mine;
  };
  return {
    worker: async () => workerFrom((await found()).worker),
    worklets: found,
  };
};

export { packageMediaFiles as mediaFiles };

async function fetchNames(url: URL): Promise<FileNames> {
  const response = await fetch(url, {
    cache: 'no-cache',
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch((cause: unknown) => {
    throw new Error(`The files of a call could not be fetched: no answer from ${url.href}.`, {
      cause,
    });
  });
  const names = (await response.json().catch(() => null)) as FileNames | null;
  if (!response.ok || typeof names?.worker !== 'string') {
    throw new Error(`There are no files of a call at ${url.href} (status ${response.status}).`);
  }
  if (names.messages !== MEDIA_MESSAGES) {
    throw new Error(
      `The files of a call at ${url.href} belong to another version than this page's @parley/client. Take both from the same version of Parley.`,
    );
  }
  const at = (name: string) => new URL(name, url).href;
  const { messages, worker, capture, playback } = names;
  return { messages, worker: at(worker), capture: at(capture), playback: at(playback) };
}

/** A worker is of the page's own origin, or a few words in memory that import it (HTML §10.2.3). */
function workerFrom(url: string): Worker {
  const options = { type: 'module', name: 'parley-media' } as const;
  if (new URL(url).origin === location.origin) return new Worker(url, options);
  const words = new Blob([`import ${JSON.stringify(url)};`], { type: 'text/javascript' });
  const address = URL.createObjectURL(words);
  const worker = new Worker(address, options);
  // Whichever comes first: it runs, or it cannot.
  for (const event of ['message', 'error']) {
    worker.addEventListener(event, () => URL.revokeObjectURL(address), { once: true });
  }
  return worker;
}

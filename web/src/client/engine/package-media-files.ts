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
/** A line on which this is not enough is of no use for a call either. */
const LOAD_DEADLINE_MS = 30_000;

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

/** A worker is of the page's own origin, or a few words in memory that import it (HTML §10.2.6). */
async function workerFrom(url: string): Promise<Worker> {
  const options = { type: 'module', name: 'parley-media' } as const;
  if (new URL(url).origin === location.origin) return new Worker(url, options);
  const words = `import ${JSON.stringify(url)}; postMessage('loaded');`;
  const address = URL.createObjectURL(new Blob([words], { type: 'text/javascript' }));
  const worker = new Worker(address, options);
  try {
    await firstOf(worker, ['message', 'error'], AbortSignal.timeout(LOAD_DEADLINE_MS));
    return worker;
  } catch (cause) {
    worker.terminate();
    throw new Error(
      `The worker of a call could not be loaded from ${url}. If the page has a content security policy, its worker-src must allow blob: and that origin.`,
      { cause },
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @throws if the second event comes before the first, or neither in time */
function firstOf(
  target: EventTarget,
  [good, bad]: readonly [string, string],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`no ${good}`));
    target.addEventListener(good, () => resolve(), { once: true });
    target.addEventListener(bad, fail, { once: true });
    signal.addEventListener('abort', fail, { once: true });
  });
}

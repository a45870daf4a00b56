/** A line on which this is not enough is of no use for a call either. */
const DEADLINE_MS = 30_000;

/** Files that are there or on their way, by their address. */
const files = new Map<string, Promise<void>>();

/**
 * Imports a part of the page once all that it is made of has been fetched. A browser keeps a module
 * that it could not fetch as failed for as long as the page lives (HTML before 2026), those that it
 * was to import included, so that such a one must never be imported: it could not be tried again.
 *
 * The build calls this for each `import()` of the page.
 *
 * @param paths - of scripts and styles, relative to the script that imports the part
 * @param importer - the address of that script
 * @throws if one of them cannot be fetched; the next call tries again
 */
export async function importLate<T>(
  importPart: () => Promise<T>,
  paths: readonly string[] = [],
  importer: string = document.baseURI,
): Promise<T> {
  await Promise.all(paths.map((path) => fetchOnce(new URL(path, importer).href)));
  return importPart();
}

function fetchOnce(url: string): Promise<void> {
  let file = files.get(url);
  if (file === undefined) {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    // A cache may have kept what a host once answered in place of the file.
    file = fetchFile(url, { signal }).catch(() => fetchFile(url, { signal, cache: 'reload' }));
    files.set(url, file);
    file.catch(() => files.delete(url));
  }
  return file;
}

async function fetchFile(url: string, options: RequestInit): Promise<void> {
  const isStyle = url.endsWith('.css');
  if (isStyle && document.querySelector(`link[href$="${new URL(url).pathname}"]`) !== null) return;
  const response = await fetch(url, options);
  // Some hosts answer with a page in place of a file that they do not have.
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !type.includes(isStyle ? 'css' : 'javascript')) {
    throw new Error(`A part of the page could not be fetched: ${response.status} ${type}`);
  }
  // All of it: from here on it comes from the cache.
  const text = await response.text();
  if (isStyle) document.adoptedStyleSheets.push(await new CSSStyleSheet().replace(text));
}

/** A line on which this is not enough is of no use for a call either. */
const DEADLINE_MS = 30_000;

/** Files that are there or on their way, by their address. */
const files = new Map<string, Promise<void>>();
/** Addresses that failed: what a cache may have kept of the failure is passed over. */
const failed = new Set<string>();

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
  await Promise.all(paths.map((path) => fetched(new URL(path, importer).href)));
  return importPart();
}

function fetched(url: string): Promise<void> {
  const known = files.get(url);
  if (known !== undefined) return known;
  const file = fetchFile(url);
  files.set(url, file);
  file.then(
    () => failed.delete(url),
    () => {
      failed.add(url);
      files.delete(url);
    },
  );
  return file;
}

async function fetchFile(url: string): Promise<void> {
  const isStyle = url.endsWith('.css');
  if (isStyle && hasStyle(url)) return;
  const response = await fetch(url, {
    cache: failed.has(url) ? 'reload' : 'default',
    signal: AbortSignal.timeout(DEADLINE_MS),
  });
  // Some hosts answer with a page in place of a file that they do not have.
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !type.includes(isStyle ? 'css' : 'javascript')) {
    throw new Error(`A part of the page could not be fetched: ${response.status} ${type}`);
  }
  // All of it: from here on it comes from the cache.
  await response.arrayBuffer();
  if (isStyle) await addStyle(url);
}

function hasStyle(url: string): boolean {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]');
  return [...links].some(({ href }) => href === url);
}

function addStyle(url: string): Promise<void> {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = url;
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => {
      link.remove();
      reject(new Error('A style of the page could not be fetched.'));
    });
    document.head.append(link);
  });
}

import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { staticHost } from '@parley/relay/testing';
import { listen, sendFile, type PageServer } from '../../support/page-server.ts';

const BUILT_PAGE = fileURLToPath(new URL('../../../dist', import.meta.url));

export interface StaticHost extends PageServer {
  /** The text of `parley.json`, in place of the one that was built; null if it never comes. */
  configuration: string | null | undefined;
  /** The folder that it serves. */
  root: string;
}

/** Serves the built page as its host of static files does: headers and all, and no relay. */
export async function serveStatically(): Promise<StaticHost> {
  const answerFor = staticHost();
  let configuration: string | null | undefined;
  let root = BUILT_PAGE;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const { headers, fallback } = answerFor(pathname);
    response.setHeaders(new Map(Object.entries(headers)));
    if (pathname === '/parley.json' && configuration !== undefined) {
      response.setHeader('content-type', 'application/json');
      if (configuration !== null) response.end(configuration);
      return;
    }
    if (sendFile(response, root, pathname)) return;
    response.statusCode = fallback?.status ?? 404;
    if (fallback === undefined || !sendFile(response, root, fallback.path)) response.end();
  });
  const listening = await listen(server);
  return {
    ...listening,
    get configuration() {
      return configuration;
    },
    set configuration(text) {
      configuration = text;
    },
    get root() {
      return root;
    },
    set root(folder) {
      root = folder;
    },
  };
}

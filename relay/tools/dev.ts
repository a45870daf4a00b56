import { createServer, isIPv6 } from 'node:net';
import { readEnvironment } from '../src/base/config/environment.ts';
import { takesNoArguments } from './command-line.ts';
import { ROOT, run, runTool, say } from './project.ts';

const PAGE_PORT = 5173;
const ABOUT = `Serves the page with Vite on http://localhost:${PAGE_PORT} and the relay beside it (PORT, default
8787). Both reload when a file changes.`;

/** Runs both until either ends, which ends the other: half of Parley is useless. */
async function dev(): Promise<number> {
  const {
    HOST = '127.0.0.1',
    PORT = '8787',
    ALLOWED_ORIGINS = '',
  } = readEnvironment(ROOT, process.env);
  const ports = [
    { port: Number(PORT), host: HOST, advice: 'choose another: PORT=8788 npm run dev' },
    { port: PAGE_PORT, host: 'localhost', advice: 'stop what listens there' },
  ];
  // `node --watch` would wait for a changed file if the relay cannot listen.
  for (const { port, host, advice } of ports) {
    if (await isTaken(port, host)) {
      say(`Port ${port} is in use by another program: ${advice}.`);
      return 1;
    }
  }
  const either = new AbortController();
  const { signal } = either;
  const relay = run(process.execPath, ['--watch', 'relay/src/main.ts'], {
    signal,
    environment: { ALLOWED_ORIGINS: `http://localhost:${PAGE_PORT},${ALLOWED_ORIGINS}` },
  });
  const page = runTool(
    'web/node_modules/vite/bin/vite.js',
    ['web', '--port', String(PAGE_PORT), '--strictPort'],
    { signal, environment: { RELAY_URL: `http://${hostInUrl(HOST)}:${PORT}` } },
  );
  const status = await Promise.race([relay, page]);
  either.abort();
  await Promise.all([relay, page]);
  return status;
}

/** Where a relay that listens on `host` can be reached from this machine. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

/** A configuration that is not usable is the relay's own to complain of. */
function isTaken(port: number, host: string): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    probe.on('listening', () => probe.close(() => resolve(false)));
    try {
      probe.listen(port, host);
    } catch {
      resolve(false);
    }
  });
}

process.exitCode = takesNoArguments('dev', ABOUT) ?? (await dev());

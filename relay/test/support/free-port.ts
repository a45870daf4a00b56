import { createServer } from 'node:net';

/** Below what systems give out by themselves, to servers at port 0 and to connections. */
const LOWEST = 12_000;
const HIGHEST = 30_000;
const ATTEMPTS = 100;

/** A port that nothing listens on, and that nobody is given meanwhile. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${ATTEMPTS} ports is free.`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

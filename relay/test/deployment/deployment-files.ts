import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';
import { ROOT } from '../../tools/project.ts';

export const DEPLOYMENT = join(ROOT, 'docs/deploy');
/** What Node is started with, by `npm start` and so by everything else. */
export const RELAY_COMMAND = [...RELAY_NODE_FLAGS, 'relay/src/main.ts'];
/** Seconds that a relay may take to stop: `SHUTDOWN_GRACE_S`, and five after it. */
export const STOP_S = 10;

/** A file of the folder, as text. */
export function deploymentFile(name: string): string {
  return readFileSync(join(DEPLOYMENT, name), 'utf8');
}

// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A package of its own, so that a machine with this Node can leave it out; earlier the relay's. */
const INSTALLED_BY = ['relay/packages/node', 'relay'];
const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';

/**
 * The Node that a folder of Parley runs on: the one installed there, else the one that runs this.
 *
 * @param {string} folder
 * @returns {string}
 */
export function nodeOf(folder) {
  const places = INSTALLED_BY.map((owner) => join(folder, owner, 'node_modules/node/bin', PROGRAM));
  return places.find((place) => existsSync(place)) ?? process.execPath;
}

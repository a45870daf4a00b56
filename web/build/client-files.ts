import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const MESSAGES = fileURLToPath(new URL('../src/client/messages/', import.meta.url));

/** What of a call runs beside a page, by the names of the sources. */
const PROGRAMS = {
  worker: 'media.worker',
  capture: 'capture.worklet',
  playback: 'playback.worklet',
};

/** The relay's `client.json`, which the package `@parley/client` reads: addresses are beside it. */
export interface ClientFiles extends Record<keyof typeof PROGRAMS, string> {
  /** A page and a worker with other messages do not understand each other. */
  readonly messages: string;
  /** All that these programs load. */
  readonly files: readonly string[];
}

/** A digest of the messages between a page and its worker. */
export function messagesDigest(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(MESSAGES).toSorted()) {
    if (!name.includes('.test.')) hash.update(name).update(readFileSync(MESSAGES + name));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Names the files of a call in `client.json`: pages elsewhere take them from this one's host. */
export function clientFiles(): { readonly page: Plugin; readonly worker: () => Plugin } {
  const programs = new Map<string, string>();
  const files = new Set<string>();
  return {
    worker: () => ({
      name: 'parley:client-worker',
      generateBundle(_options, bundle) {
        const chunks = Object.values(bundle);
        const entry = chunks.find((file) => file.type === 'chunk' && file.isEntry);
        const [program] =
          Object.entries(PROGRAMS).find(([, name]) => entry?.fileName.includes(`/${name}-`)) ?? [];
        if (program === undefined || entry === undefined) return;
        programs.set(program, entry.fileName);
        for (const { fileName } of chunks) files.add(fileName);
      },
    }),
    page: {
      name: 'parley:client-files',
      apply: 'build',
      generateBundle() {
        const source = JSON.stringify({
          messages: messagesDigest(),
          ...Object.fromEntries(programs),
          files: [...files].toSorted(),
        });
        this.emitFile({ type: 'asset', fileName: 'client.json', source });
      },
    },
  };
}

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('./app', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../../../docs/embed.md', import.meta.url));

/** A block of code that begins with the name of its file, in a comment. */
const EXAMPLE = /^```tsx?\n\/\/ (?<path>src\/\S+)\n(?<code>[\s\S]*?)^```$/gm;

/** As Vite's template for React has it. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  },
  include: ['src'],
};

/** What tests find on the window of the app. */
export interface ConsumerWindow {
  readonly app: {
    /** Shows an assistant for each relay, in the order given; without one all are unmounted. */
    show(...relays: string[]): void;
    /** A call of the app's own, beside those. */
    openCall(relay: string): OwnCall;
    /** Shows a lamp whose functions a call may use, in place of an own call. */
    showLamp(relay: string): void;
    /** Shows what an own call says, or no more. */
    showOwn(page?: unknown): void;
  };
}

export interface OwnCall {
  say(text: string): void;
  close(): Promise<void>;
  readonly page: unknown;
}

/** Writes an app that is not Parley's into `folder`: the documentation's examples, and who uses them. */
export function writeConsumerApp(folder: string): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  cpSync(join(APP, 'index.html'), join(folder, 'index.html'));
  cpSync(join(APP, 'main.tsx'), join(folder, 'src/main.tsx'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  for (const { groups } of readFileSync(DOCUMENT, 'utf8').matchAll(EXAMPLE)) {
    const path = join(folder, groups!['path']!);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, groups!['code']!);
  }
}

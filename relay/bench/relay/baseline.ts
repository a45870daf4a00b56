import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../tools/command-line.ts';
import { ROOT } from '../../tools/project.ts';
import type { BenchOption } from '../bench.ts';

/** What the relay is measured beside: a bare pipe, or another relay. */
export type Baseline =
  | 'pipe'
  | {
      /** The Parley whose relay it is. */
      readonly folder: string;
      /** Of its own, by the names of the variables. */
      readonly settings: Readonly<Record<string, string>>;
    };

const SETTING = /^([A-Z][A-Z0-9_]*)=(.*)$/s;

/** `pipe`, which it is by default, a setting, or a folder with a relay in it. */
export const BASELINE: BenchOption<Baseline> = {
  placeholder: 'B',
  read: (option, text = 'pipe') => {
    if (text === 'pipe') return text;
    const [, name, value] = SETTING.exec(text) ?? [];
    if (name !== undefined) return { folder: ROOT, settings: { [name]: value ?? '' } };
    const folder = resolve(text);
    if (existsSync(join(folder, 'relay/src/main.ts'))) return { folder, settings: {} };
    throw new UsageError(
      `${option}: found ${JSON.stringify(text)}, expected pipe, NAME=VALUE or a folder with Parley in it.`,
    );
  },
};

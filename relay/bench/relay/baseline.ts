import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../../tools/project.ts';

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

/** @returns undefined if it is neither `pipe`, a setting, nor a folder with a relay in it */
export function baselineOf(text: string): Baseline | undefined {
  if (text === 'pipe') return text;
  const [, name, value] = SETTING.exec(text) ?? [];
  if (name !== undefined) return { folder: ROOT, settings: { [name]: value ?? '' } };
  const folder = resolve(text);
  return existsSync(join(folder, 'relay/src/main.ts')) ? { folder, settings: {} } : undefined;
}

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Servers are kept where only an administrator's `PATH` leads. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];

/** The path of a program of the system; undefined if it is not installed. */
export function programPath(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Whether Prometheus and its checker are installed. */
export function hasPrometheus(): boolean {
  return ['prometheus', 'promtool'].every((name) => programPath(name) !== undefined);
}

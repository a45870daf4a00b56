import { spawnSync } from 'node:child_process';

/** Whether Prometheus and its checker `promtool` are on the PATH. */
export function hasPrometheus(): boolean {
  return ['prometheus', 'promtool'].every(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  );
}

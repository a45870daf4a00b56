import { hasPrometheus } from '../testing/prometheus-binaries.ts';
import { say } from './project.ts';
import { installPackages } from './system-packages.ts';

/**
 * Provides Prometheus for the tests of the metrics, if this process may install it. Without it those
 * tests are left out: nothing of Parley needs it to run.
 */
export async function providePrometheus(): Promise<void> {
  if (hasPrometheus()) return;
  say('Installing Prometheus for the tests of the metrics …');
  if ((await installPackages('prometheus')) && hasPrometheus()) return;
  say('Tests of the metrics with a real Prometheus are left out: it is not installed.');
}

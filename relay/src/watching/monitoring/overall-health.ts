import { STAGES, type Stage } from '@parley/shared';
import {
  WAIT_PARTS,
  type Cause,
  type LatencyPercentiles,
  type MonitoredService,
  type OverallStatus,
  type WaitPart,
} from '@parley/shared/monitoring-api';
import { isTargetMet } from '@parley/shared/statistics';
import type { Problems } from '../../base/lib/problems.ts';
import { BROWSER, isRelayProvider } from '../../call/stages/provider.ts';

/** What the verdict is made of. */
export interface Evidence {
  /** The present provider of each stage. */
  readonly active: Readonly<Record<Stage, string>>;
  readonly services: readonly MonitoredService[];
  readonly problems: ReturnType<Problems['list']>;
  /** Of late, the same that are shown; undefined if calls are not measured. */
  readonly latencies: LatencyPercentiles | undefined;
  readonly stuckSessions: number;
  /** Of the day; undefined without a budget. */
  readonly budgetUsed: number | undefined;
}

/** Above this people notice; the alert of docs/monitoring/alerts.yml is the same. */
const SLOW_MS = 1_500;

const BUDGET_WARNING = 0.8;

const WORK: Readonly<Record<Stage, string>> = {
  transcriber: 'recognises speech',
  generator: 'answers',
  synthesizer: 'speaks',
};

/** What answers wait for. */
const WAITS: Readonly<Record<WaitPart, string>> = {
  endpointing: 'the end of the turn',
  asr: 'the recogniser’s final words',
  llm: 'the model’s first word',
  text_aggregation: 'the model’s first clause',
  tts: 'the voice’s first sound',
};

/** Causes that end calls or lose words precede those that only slow things down. */
const URGENT_PROBLEMS: readonly string[] = ['data_not_written', 'memory_low', 'event_loop_late'];

/** Whether it works, and why not: pure. */
export function overallHealth(evidence: Evidence): {
  readonly status: OverallStatus;
  /** Stages that have providers of their own and none that works. */
  readonly criticalDown: readonly Stage[];
  /** The most important one first. */
  readonly causes: readonly Cause[];
} {
  const critical = STAGES.flatMap((stage) => lostStage(stage, evidence) ?? []);
  const lost = new Set(critical.map(({ stage }) => stage));
  const causes = [
    ...critical.map(({ cause }) => cause),
    ...problemCauses(evidence),
    ...evidence.services
      .filter(({ state, stage }) => state === 'failed' && !lost.has(stage))
      .map((service) => failedService(service, evidence.active[service.stage])),
    ...slowAnswers(evidence),
    ...loadCauses(evidence),
    ...evidence.services.filter(({ state }) => state === 'degraded').map(degradedService),
  ];
  const status = lost.size > 0 ? 'critical_down' : causes.length > 0 ? 'degraded' : 'healthy';
  return { status, criticalDown: [...lost], causes };
}

/** A stage that has providers of its own and none that works; a page may still do it by itself. */
function lostStage(
  stage: Stage,
  { active, services }: Evidence,
): { readonly stage: Stage; readonly cause: Cause } | undefined {
  const own = services.filter((service) => service.stage === stage);
  if (own.length === 0 || isRelayProvider(active[stage])) return undefined;
  const who = active[stage] === BROWSER ? 'Only the browser' : 'Nothing';
  const failures = own.map(({ name, last_error }) => `${name}${because(last_error)}`).join(', ');
  const message = `${who} ${WORK[stage]} now. Failed: ${failures}.`;
  return { stage, cause: { code: 'stage_down', message } };
}

function problemCauses({ problems }: Evidence): Cause[] {
  const urgency = (code: string) => URGENT_PROBLEMS.toReversed().indexOf(code);
  return problems
    .toSorted((a, b) => urgency(b.code) - urgency(a.code))
    .map(({ code, message }) => ({ code, message }));
}

function failedService({ stage, name, last_error }: MonitoredService, active: string): Cause {
  const message = `${name} has failed${because(last_error)}. ${active} ${WORK[stage]} in its place.`;
  return { code: 'service_failed', message };
}

function degradedService({ name, failure_count, last_error }: MonitoredService): Cause {
  const times = failure_count === 1 ? 'once' : `${failure_count} times in a row`;
  const message = `${name} has failed ${times}${because(last_error)}.`;
  return { code: 'service_degraded', message };
}

function slowAnswers({ latencies }: Evidence): Cause[] {
  if (latencies === undefined) return [];
  const { p50 } = latencies.e2e;
  if (p50 === null || isTargetMet(latencies.e2e, SLOW_MS) !== false) return [];
  const partMs = (part: WaitPart) => latencies[part].p50 ?? 0;
  const part = WAIT_PARTS.reduce((longest, one) => (partMs(one) > partMs(longest) ? one : longest));
  const message = `Answers are slow: half take ${inSeconds(p50)} or more. The longest wait is for ${WAITS[part]}: ${inSeconds(partMs(part))}.`;
  return [{ code: 'answers_slow', message, part }];
}

function loadCauses({ stuckSessions, budgetUsed }: Evidence): Cause[] {
  const causes: Cause[] = [];
  if (stuckSessions > 0) {
    const calls = stuckSessions === 1 ? 'One call has' : `${stuckSessions} calls have`;
    causes.push({
      code: 'sessions_stuck',
      message: `${calls} been in one stage of a turn for over a minute.`,
    });
  }
  if (budgetUsed !== undefined && budgetUsed >= BUDGET_WARNING) {
    const share = Math.floor(budgetUsed * 100);
    causes.push({ code: 'budget_low', message: `${share} % of the budget of the day is spent.` });
  }
  return causes;
}

function because(fault: string | null): string {
  return fault === null ? '' : ` (${fault})`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

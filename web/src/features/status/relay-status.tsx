import { useStore } from 'zustand';
import type { Cause, Overview, OverallStatus, Interaction } from '@parley/shared/monitoring-api';
import type { Away } from './operator/status-feed.ts';
import { Button } from '../../ui/button.tsx';
import { LatencyTable } from './latency-table.tsx';
import { LiveCallList } from './live-calls.tsx';
import { LogSection } from './log-section.tsx';
import { OverTime } from './over-time.tsx';
import { RelayList } from './relay-list.tsx';
import { ProviderStates } from './provider-states.tsx';
import { useOperator } from './status-context.ts';
import styles from './status-page.module.css';
import { FigureList, FigureNote, Total } from '../../ui/figures.tsx';
import { Empty, Part } from './part.tsx';
import { sizeText, percentText, secondsBetween, msOrDash, relayLines } from './status-words.ts';
import { shortDayText, exactTimeText } from '../../lib/dates.ts';
import { exactUsdText, usdText, durationText } from '../../lib/figures.ts';
import { Meter } from '../../ui/meter.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { ConfirmDialog } from '../account/confirm-dialog.tsx';
import { fileInstant, saveFile } from '../history/save-file.ts';
import { Icon } from '../../ui/icon.tsx';
import verdictLineStyles from './verdict-line.module.css';
import { STAGES } from '@parley/shared/stages';
import row from '../../ui/row.module.css';
import rowsStyles from './rows.module.css';

/** First steps from the runbook in docs/operations.md, by the part or else the code of a cause. */
const STEPS: Readonly<Record<string, string>> = {
  stage_down:
    'See below what failed: a key that is not valid, a plan that is used up, or a vendor that is down. Mend it, then press Reset.',
  service_failed:
    'Calls go on with another provider. See its last error below; once that is mended, press Reset.',
  service_degraded: 'Nothing yet: after three failures in a row another provider takes its place.',
  endpointing:
    'Put deepgram-flux first in TRANSCRIBERS, which hears the end of a turn, or set TURN_MODEL.',
  asr: 'Put a faster recogniser first in TRANSCRIBERS. If it is the built-in one, lower MAX_SESSIONS.',
  llm: 'Put a faster model first in GENERATORS.',
  text_aggregation: 'The model writes slowly. Put a faster one first in GENERATORS.',
  tts: 'Put a faster voice first in SYNTHESIZERS. If it is the built-in one, lower MAX_SESSIONS.',
  sessions_stuck:
    'End the calls that are marked as stuck below: their people can call again at once.',
  budget_low: 'Raise BUDGET_DAY_USD, or limit who spends: when it is used up, calls end.',
  memory_low: 'The lines [MEMORY] of the log below name what uses it.',
  event_loop_late: 'Lower MAX_SESSIONS, or move other programs off this machine.',
};

const SIGNS = {
  healthy: 'circle-check',
  degraded: 'triangle-alert',
  critical_down: 'octagon-x',
} as const;

/** If the relay gives no cause. */
const WORDS: Readonly<Record<OverallStatus, string>> = {
  healthy: 'All is well',
  degraded: 'Calls are answered, but something is wrong',
  critical_down: 'Calls cannot be answered',
};

const BYTES = /_bytes$/;

const BYTES_A_MEGABYTE = 1_048_576;

interface RelayStatusProps {
  readonly overview: Overview;
  /** When it arrived. */
  readonly atMs: number;
  readonly away: Away | null;
}

/** All that is known of the relay; what is old is grey. */
export function RelayStatus({ overview, atMs, away }: RelayStatusProps) {
  const { tail } = useOperator();
  return (
    <div className={styles.status}>
      <VerdictLine overview={overview} atMs={atMs} away={away} />
      <div className={styles.parts} data-old={away !== null}>
        <RelayList overview={overview} />
        <LiveCallList overview={overview} />
        <ProviderStates overview={overview} />
        <LatencyTable overview={overview} />
        <OverTime overview={overview} />
        <RecentTurns overview={overview} />
        <div className={styles.stack} data-width="half">
          <SpendingPart overview={overview} />
          <MachinePart overview={overview} />
          <QueuesPart overview={overview} />
        </div>
      </div>
      <LogSection tail={tail} relays={relayLines(overview)} />
      <SignedInBy />
    </div>
  );
}

/** The operator's token can be taken out of this window again. */
function SignedInBy() {
  const { access, feed } = useOperator();
  const by = useStore(access.store, (state) => state.by);
  if (by !== 'operator') return null;
  const forget = async (): Promise<void> => {
    await access.forget();
    feed.restart();
  };
  return (
    <p className={`quiet ${styles.signedIn}`}>
      You are here with the operator’s token.
      <Button look="plain" onClick={() => void forget()}>
        Forget it
      </Button>
    </p>
  );
}

/** What waits within the relay: for a thread, a disk or a network. */
function QueuesPart({ overview }: { readonly overview: Overview }) {
  return (
    <Part title="Queues" note="what waits">
      <FigureList
        figures={Object.entries(overview.queue_depths).map(([name, depth]) => [
          name.replace(BYTES, ' size').replaceAll('_', ' '),
          BYTES.test(name) ? sizeText(depth / BYTES_A_MEGABYTE) : depth.toLocaleString('en'),
        ])}
      />
    </Part>
  );
}

/** What the relay has spent today, of what it may, and on whom. */
function SpendingPart({ overview }: { readonly overview: Overview }) {
  const { day, spent_usd: spent, budget_usd: budget, by_provider: rows } = overview.spending;
  return (
    <Part title="Spending" note={shortDayText(day)}>
      <Total of={budget === null ? null : usdText(budget)}>{usdText(spent)}</Total>
      {budget === null ? (
        <FigureNote>There is no limit for the day.</FigureNote>
      ) : (
        <>
          <Meter label="Spent today" value={spent} limit={budget} text={usdText(spent)} />
          <FigureNote>{percentText(spent, budget)} of the day’s budget</FigureNote>
        </>
      )}
      {rows.length === 0 ? (
        <FigureNote>Nothing was charged today.</FigureNote>
      ) : (
        <FigureList
          figures={rows.map(({ stage, provider, cost_usd: cost }) => [
            `${provider}, ${STAGE_WORDS.find((one) => one.stage === stage)?.name.toLowerCase()}`,
            exactUsdText(cost),
          ])}
        />
      )}
    </Part>
  );
}

/** What the relay takes of its machine. */
function MachinePart({ overview }: { readonly overview: Overview }) {
  const { system } = overview;
  const memory = `${sizeText(system.memory_mb)} of ${sizeText(system.memory_limit_mb)}`;
  const { disk, event_loop_delay_ms: loop } = system;
  return (
    <Part title="Machine" note={`up for ${durationText(system.uptime_seconds)}`}>
      <FigureList
        figures={[
          ['Processor', `${Math.round(system.cpu_percent)} % of one core`],
          ['Memory', memory],
        ]}
      />
      <Meter label="Memory" value={system.memory_mb} limit={system.memory_limit_mb} text={memory} />
      <FigureList
        figures={[
          ['Highest so far', sizeText(system.peak_memory_usage)],
          ['Heap in use', sizeText(system.heap_used_mb)],
          [
            'Disk',
            disk === null
              ? 'not known'
              : `${sizeText(disk.free_mb)} free of ${sizeText(disk.total_mb)}`,
          ],
          ['Event loop delay, p99', `${loop.p99.toFixed(1)} ms, at most ${loop.max.toFixed(0)}`],
        ]}
      />
      <HeapButton />
    </Part>
  );
}

function HeapButton() {
  const { api } = useOperator();
  const take = async (signal: AbortSignal): Promise<void> =>
    saveFile(await api.heapSnapshot(signal), `parley-${fileInstant()}.heapsnapshot`);
  return (
    <ConfirmDialog
      trigger={<Button>Heap snapshot</Button>}
      title="Take a snapshot of the heap?"
      text="All calls stand still for some seconds while it is taken. The file holds what people said lately: keep it to yourself."
      keep="Not now"
      action="Take it"
      look="primary"
      work={take}
    />
  );
}

/** Whether the relay is well, and if not, the first thing that is wrong. */
function VerdictLine({ overview, atMs, away }: RelayStatusProps) {
  const { health, started_at: startedAt, timestamp, version } = overview;
  const others = health.causes.slice(1);
  const sign = away === null ? SIGNS[health.status] : 'cloud-off';
  return (
    <section
      className={verdictLineStyles.verdict}
      data-status={away === null ? health.status : 'away'}
      aria-label="Verdict"
    >
      <Icon name={sign} className={verdictLineStyles.sign} size={28} />
      <div className={verdictLineStyles.words}>
        <p className={verdictLineStyles.line} role="status">
          {away === null
            ? (health.cause?.message ?? WORDS[health.status])
            : `The relay has not answered since ${exactTimeText(away.sinceMs)}`}
        </p>
        {away === null && health.cause !== null && (
          <p className={verdictLineStyles.step}>{whatToDo(health.cause)}</p>
        )}
        {away === null ? (
          others.map(({ code, message }) => (
            <p key={`${code} ${message}`} className={verdictLineStyles.other}>
              {message}
            </p>
          ))
        ) : (
          <p className={verdictLineStyles.other}>
            {away.message} What you see is from {exactTimeText(atMs)}.
          </p>
        )}
        <p className={`quiet ${verdictLineStyles.quiet}`}>
          Version {version}, started {durationText(secondsBetween(startedAt, timestamp))} ago
        </p>
      </div>
    </section>
  );
}

/** What an operator does about a cause, as one sentence or two. */
function whatToDo({ code, part }: Cause): string {
  if (part !== undefined) return `${STEPS[part]} Runbook: ParleyAnswersSlow.`;
  return STEPS[code] ?? `The operations document says what to do about ${code}.`;
}

/** The last ten turns, the latest first: how they went, and what was said if that may be shown. */
function RecentTurns({ overview }: { readonly overview: Overview }) {
  const { interactions } = overview;
  return (
    <Part title="Last turns" width="half">
      {interactions.length === 0 ? (
        <Empty>No turn yet since the relay was started.</Empty>
      ) : (
        <ul className={rowsStyles.rows}>
          {interactions.slice(0, 10).map((interaction) => (
            <TurnRow key={`${interaction.session_id} ${interaction.turn_id}`} {...interaction} />
          ))}
        </ul>
      )}
    </Part>
  );
}

function TurnRow(props: Interaction) {
  const { timestamp, outcome, error, voice_to_voice_ms: ms, question, answer } = props;
  const providers = STAGES.flatMap((stage) => props.providers[stage] ?? []);
  const sign = error === null ? 'circle-check' : 'triangle-alert';
  return (
    <li className={rowsStyles.row}>
      <span className={rowsStyles.sign} data-state={error === null ? 'healthy' : 'failed'}>
        <Icon name={sign} size={18} />
      </span>
      <div className={`${row.words} ${rowsStyles.words}`}>
        <p className={row.facts}>
          <time dateTime={timestamp}>{exactTimeText(timestamp)}</time>
          <span className={rowsStyles.outcome}>{error ?? outcome.replaceAll('_', ' ')}</span>
          {ms !== null && <span>{msOrDash(ms)} ms</span>}
        </p>
        {question !== null && <p className={rowsStyles.said}>{question}</p>}
        {answer !== null && <p className={rowsStyles.answer}>{answer}</p>}
        {providers.length > 0 && <p className="quiet">{providers.join(' · ')}</p>}
      </div>
    </li>
  );
}

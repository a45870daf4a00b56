import { STAGES } from '@parley/shared/stages';
import {
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  Fragment,
} from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useCall, useDebug, useCallState } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { ConnectionCharts, ConnectionCounters } from './connection-charts.tsx';
import { CostTable } from './cost-table.tsx';
import { EventLog } from './event-log.tsx';
import { FlightSection, useFlight } from './flight-section.tsx';
import { PercentileTable } from './percentile-table.tsx';
import { VadStrip } from './vad-strip.tsx';
import { Waterfall, type OpenedTurn } from './waterfall.tsx';
import styles from './debug-panel.module.css';
import {
  type MicrophoneSettings,
  type CallState,
  type DebugState,
  type Ladder,
  latencyOf,
  standingOf,
} from '../../client/index.ts';
import { TableHead } from './table-head.tsx';
import { measuresOf } from './statistics.ts';

export const PANEL_WIDTH = { least: 340, most: 760, usual: 460, step: 24 } as const;

interface DividerProps {
  readonly widthPx: number;
  readonly onWidth: (widthPx: number) => void;
}

/** Where each millisecond went. The engine is asked for it only while this is open. */
export function DebugPanel({ onClose }: { readonly onClose: () => void }) {
  const flight = useFlight();
  const [widthPx, setWidthPx] = useState(() => clampedPanelWidth(PANEL_WIDTH.usual, innerWidth));
  const panel = useRef<HTMLElement>(null);
  const turns = useDebug((state) => state.turns);
  const [opened, setOpened] = useState<OpenedTurn | null>(null);
  const position = turns.findIndex(({ responseId }) => responseId === opened?.responseId);
  const recorded = turns[position];

  useEffect(() => {
    panel.current?.focus();
  }, []);

  return (
    <aside
      ref={panel}
      className={styles.panel}
      aria-label="Debug panel"
      tabIndex={-1}
      style={{ '--debug-width': `${widthPx}px` } as CSSProperties}
    >
      <Divider widthPx={widthPx} onWidth={setWidthPx} />
      <header className={styles.header}>
        <h2 className={styles.title}>Debug</h2>
        <CopyButton />
        <Button look="plain" shape="icon" aria-label="Close the debug panel" onClick={onClose}>
          <Icon name="x" size={18} />
        </Button>
      </header>
      <div className={styles.body}>
        <section className={styles.section} aria-label="Live">
          <VadStrip />
          <ConnectionCharts />
        </section>
        <section className={styles.section} aria-label="Turns">
          <Waterfall opened={opened} onOpen={setOpened} />
        </section>
        <EventLog
          turn={
            recorded === undefined
              ? null
              : { number: position + 1, recorded, segment: opened?.segment ?? null }
          }
          onAllTurns={() => setOpened(null)}
        />
        <section className={styles.section} aria-label="Latency">
          <PercentileTable />
        </section>
        <section className={styles.section} aria-label="Cost">
          <CostTable />
        </section>
        <FlightSection flight={flight} />
        <section className={styles.section} aria-label="Providers">
          <ProviderTable />
        </section>
        <section className={styles.section} aria-label="Connection and microphone">
          <ConnectionCounters />
          <MicrophoneTable settings={flight.status?.microphone ?? null} />
        </section>
      </div>
    </aside>
  );
}

function CopyButton() {
  const { debug, state: call } = useCall();
  const [outcome, setOutcome] = useState<'ready' | 'copied' | 'failed'>('ready');
  const copy = async (): Promise<void> => {
    const json = debugExport(debug.store.getState(), call.getState(), Date.now());
    try {
      await navigator.clipboard.writeText(json);
      setOutcome('copied');
    } catch {
      setOutcome('failed');
    }
  };
  const sign = outcome === 'copied' ? 'check' : 'copy';
  return (
    <Button look="plain" onClick={() => void copy()} onBlur={() => setOutcome('ready')}>
      <Icon name={sign} size={16} />
      <span aria-live="polite">{COPY_WORDS[outcome]}</span>
    </Button>
  );
}

const COPY_WORDS = { ready: 'Copy JSON', copied: 'Copied', failed: 'Copying was refused' } as const;

/** What the browser makes of the microphone, as it reports it. */
function MicrophoneTable({ settings }: { readonly settings: MicrophoneSettings | null }) {
  const rows = Object.entries(settings ?? {});
  return (
    <table className={styles.table}>
      <caption className={styles.heading}>Microphone</caption>
      <TableHead names={['setting', 'value']} />
      <tbody>
        {rows.length === 0 && (
          <tr>
            <td colSpan={2} className={styles.quiet}>
              no microphone was opened
            </td>
          </tr>
        )}
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{inWords(name)}</th>
            <td>{typeof value === 'boolean' ? (value ? 'on' : 'off') : value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `echoCancellation` as “echo cancellation”. */
function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Everything the panel knows, as JSON for a report; what was said is not in it. */
function debugExport(debug: DebugState, call: CallState, nowMs: number): string {
  return JSON.stringify(
    {
      exported_at: new Date(nowMs).toISOString(),
      session_id: call.session?.id ?? null,
      providers: call.ladder === null ? null : providersIn(call.ladder),
      phase: call.phase,
      measures: measuresOf(latencyOf(debug.turns)),
      turns: debug.turns,
      usage: debug.usage,
      stats: debug.stats,
      log: debug.log,
    },
    null,
    2,
  );
}

function providersIn({ stages, page }: Ladder): object {
  return Object.fromEntries(
    STAGES.map((stage) => {
      const { now, usual, reason, sinceMs } = stages[stage];
      return [
        stage,
        {
          now,
          was: now === usual ? null : usual,
          reason,
          since: new Date(sinceMs).toISOString(),
          ...(now === 'browser' && stage !== 'generator' ? { browser: page[stage] } : {}),
        },
      ];
    }),
  );
}

/** Drags or steps the edge between call and panel. */
function Divider({ widthPx, onWidth }: DividerProps) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onWidth(clampedPanelWidth(innerWidth - event.clientX, innerWidth));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = panelWidthAfterKey(widthPx, event.key);
    if (next === null) return;
    event.preventDefault();
    onWidth(clampedPanelWidth(next, innerWidth));
  };
  return (
    <div
      className={styles.divider}
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the debug panel"
      aria-valuenow={widthPx}
      aria-valuemin={PANEL_WIDTH.least}
      aria-valuemax={PANEL_WIDTH.most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}

/** The provider of each stage, which one it replaces, why and since when. */
function ProviderTable() {
  const ladder = useCallState((state) => state.ladder);
  return (
    <table className={`${styles.table} ${styles.providers}`}>
      <caption className={styles.heading}>Providers</caption>
      <TableHead names={['stage', 'now', 'was', 'why', 'since']} />
      <tbody>
        {STAGES.map((stage) => {
          const state = ladder?.stages[stage];
          if (ladder === null || state === undefined) {
            return (
              <tr key={stage}>
                <th scope="row">{stage}</th>
                <td colSpan={4} className={styles.quiet}>
                  no session
                </td>
              </tr>
            );
          }
          const standing = standingOf(ladder, stage);
          const ability = stage === 'generator' ? 'able' : ladder.page[stage];
          const isOwn = state.now === 'browser' && ability !== 'able';
          return (
            <tr key={stage}>
              <th scope="row">{stage}</th>
              <td className={styles.provider} data-standing={standing}>
                {isOwn ? `${state.now} (${ability})` : state.now}
              </td>
              <td>{state.now === state.usual ? '–' : state.usual}</td>
              <td>
                <Breakable text={state.reason ?? '–'} />
              </td>
              <td>{new Date(state.sinceMs).toLocaleTimeString('en-GB')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** An error code that may break at its underscores. */
function Breakable({ text }: { readonly text: string }) {
  return text.split('_').map((part, index) => (
    <Fragment key={part}>
      {index > 0 && '_'}
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

/** Keeps the panel between useful bounds, and at least as much for the call. */
export function clampedPanelWidth(widthPx: number, windowWidthPx: number): number {
  const most = Math.max(PANEL_WIDTH.least, Math.min(PANEL_WIDTH.most, windowWidthPx - 360));
  return Math.round(Math.min(most, Math.max(PANEL_WIDTH.least, widthPx)));
}

/** What a key on the divider makes of the width; null if it means nothing. */
export function panelWidthAfterKey(widthPx: number, key: string): number | null {
  switch (key) {
    case 'ArrowLeft':
      return widthPx + PANEL_WIDTH.step;
    case 'ArrowRight':
      return widthPx - PANEL_WIDTH.step;
    case 'Home':
      return PANEL_WIDTH.most;
    case 'End':
      return PANEL_WIDTH.least;
    default:
      return null;
  }
}

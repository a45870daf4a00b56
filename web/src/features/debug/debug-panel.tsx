import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react';
import { Check, Copy, X } from 'lucide-react';
import { useController, useDebug } from '../call/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { ConnectionCharts } from './connection-charts.tsx';
import { CostTable } from './cost-table.tsx';
import { debugExport } from './debug-export.ts';
import { Divider } from './divider.tsx';
import { EventLog } from './event-log.tsx';
import { FlightSection } from './flight-section.tsx';
import { clampedPanelWidth, PANEL_WIDTH } from './panel-width.ts';
import { MicrophoneTable } from './microphone-table.tsx';
import { PercentileTable } from './percentile-table.tsx';
import { ProviderTable } from './provider-table.tsx';
import { TurnWords } from './turn-words.tsx';
import { useFlight } from './use-flight.ts';
import { VadStrip } from './vad-strip.tsx';
import { Waterfall } from './waterfall.tsx';
import styles from './debug-panel.module.css';

/** Where each millisecond went. The engine is asked for it only while this is open. */
export function DebugPanel({ onClose }: { readonly onClose: () => void }) {
  const flight = useFlight();
  const [widthPx, setWidthPx] = useState(() => clampedPanelWidth(PANEL_WIDTH.usual, innerWidth));
  const panel = useRef<HTMLElement>(null);
  const turns = useDebug((state) => state.turns);
  const [openedId, setOpenedId] = useState<string | null>(null);
  const opened = turns.findIndex(({ responseId }) => responseId === openedId);
  const recorded = turns[opened];

  useEffect(() => {
    panel.current?.focus();
  }, []);
  // Escape within the panel closes it, rather than stopping the voice.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    onClose();
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it takes the focus, and the keys of its controls bubble to it
    <aside
      ref={panel}
      className={styles.panel}
      aria-label="Debug panel"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      style={{ '--debug-width': `${widthPx}px` } as CSSProperties}
    >
      <Divider widthPx={widthPx} onWidth={setWidthPx} />
      <header className={styles.header}>
        <h2 className={styles.title}>Debug</h2>
        <CopyButton />
        <Button look="plain" shape="icon" aria-label="Close the debug panel" onClick={onClose}>
          <X aria-hidden="true" size={18} />
        </Button>
      </header>
      <div className={styles.body}>
        <section className={styles.section} aria-label="Turns">
          <PercentileTable />
          <Waterfall openedId={openedId} onOpen={setOpenedId} />
          {recorded !== undefined && <TurnWords turn={recorded} />}
        </section>
        <section className={styles.section} aria-label="Cost">
          <CostTable />
        </section>
        <section className={styles.section} aria-label="Providers">
          <ProviderTable />
        </section>
        <section className={styles.section} aria-label="Live">
          <VadStrip />
          <MicrophoneTable settings={flight.status?.microphone ?? null} />
          <ConnectionCharts />
        </section>
        <FlightSection flight={flight} />
        <EventLog
          turn={recorded === undefined ? null : { number: opened + 1, recorded }}
          onAllTurns={() => setOpenedId(null)}
        />
      </div>
    </aside>
  );
}

function CopyButton() {
  const { debug, call } = useController();
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
  const Sign = outcome === 'copied' ? Check : Copy;
  return (
    <Button look="plain" onClick={() => void copy()} onBlur={() => setOutcome('ready')}>
      <Sign aria-hidden="true" size={16} />
      <span aria-live="polite">{COPY_WORDS[outcome]}</span>
    </Button>
  );
}

const COPY_WORDS = { ready: 'Copy JSON', copied: 'Copied', failed: 'Copying was refused' } as const;

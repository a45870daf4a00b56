import { useEffect, useRef, useState } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { levelOf } from '@parley/shared/audio/level';
import { useAccountAccess } from '../account/account-access.ts';
import { Button } from '../../ui/button.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { STEP_WORDS, verdictsOf, type Verdict } from './check-verdicts.ts';
import styles from './check-dialog.module.css';
import type { CheckFigures, CheckStep } from '../../client/index.ts';
import { useCall } from '../../client/react/index.ts';

type CheckState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly step: CheckStep; readonly figures: CheckFigures }
  | { readonly kind: 'failed' }
  | { readonly kind: 'done'; readonly figures: CheckFigures; readonly atMs: number };

interface ReportContext {
  readonly atMs: number;
  /** The browser, as it calls itself. */
  readonly userAgent: string;
  /** Origin of the relay; null if none is known. */
  readonly relay: string | null;
}

const GRADES = {
  good: { name: 'Good', icon: <Icon name="check" size={18} /> },
  fair: { name: 'Could be better', icon: <Icon name="circle-alert" size={18} /> },
  bad: { name: 'Needs attention', icon: <Icon name="triangle-alert" size={18} /> },
} as const;

/** Tries out microphone, speaker and connection, and says what to do about what is not right. */
export function CheckDialog({ onClose }: { readonly onClose: () => void }) {
  const bar = useRef<HTMLDivElement>(null);
  const { state, run } = useSoundCheck((dbfs) => {
    if (bar.current === null) return;
    const level = dbfs === null ? 0 : levelOf(10 ** (dbfs / 20));
    bar.current.style.transform = `scaleX(${level.toFixed(3)})`;
  });
  return (
    <DialogFrame title="Sound and connection" onClose={onClose}>
      <div className={styles.check} data-state={state.kind}>
        <p className={styles.words} role="status">
          {wordsOf(state)}
        </p>
        <div className={styles.meter} aria-hidden="true">
          <div ref={bar} className={styles.level} />
        </div>
        {(state.kind === 'running' || state.kind === 'done') && (
          <ScrollRegion className={styles.found} aria-label="What was found">
            <Verdicts state={state} />
          </ScrollRegion>
        )}
        <div className={styles.actions}>
          {state.kind === 'idle' && <StartButton onStart={() => void run()} />}
          {state.kind === 'failed' && <Button onClick={() => void run()}>Try again</Button>}
          {state.kind === 'done' && (
            <>
              <Report state={state} />
              <Button look="primary" onClick={() => void run()}>
                Check again
              </Button>
            </>
          )}
        </div>
      </div>
    </DialogFrame>
  );
}

function wordsOf(state: CheckState): string {
  switch (state.kind) {
    case 'idle':
      return 'This takes about fifteen seconds. You say a few words and hear some short tones. Nothing is recorded.';
    case 'running':
      return STEP_WORDS[state.step];
    case 'failed':
      return 'The check could not be done. Check the connection.';
    case 'done': {
      const open = verdictsOf(state.figures).filter(({ grade }) => grade !== 'good').length;
      if (open === 0) return 'All is well.';
      return open === 1
        ? 'Done. One thing could be better.'
        : `Done. ${open} things could be better.`;
    }
  }
}

function StartButton({ onStart }: { readonly onStart: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Button ref={button} look="primary" onClick={onStart}>
      Start the check
    </Button>
  );
}

function Verdicts({ state }: { readonly state: Exclude<CheckState, { kind: 'idle' | 'failed' }> }) {
  const verdicts = verdictsOf(state.figures);
  if (verdicts.length === 0)
    return <p className={`quiet ${styles.fix}`}>The results appear here.</p>;
  return (
    <ul className={styles.verdicts} aria-label="Results">
      {verdicts.map((verdict) => (
        <VerdictRow key={verdict.of} verdict={verdict} />
      ))}
    </ul>
  );
}

function VerdictRow({ verdict: { grade, sentence, fix } }: { readonly verdict: Verdict }) {
  const { name, icon } = GRADES[grade];
  return (
    <li className={styles.verdict} data-grade={grade}>
      <span className={styles.icon}>{icon}</span>
      <span>
        <span className="visually-hidden">{name}: </span>
        {sentence}
        {fix !== '' && <span className={`quiet ${styles.fix}`}>{fix}</span>}
      </span>
    </li>
  );
}

/** The report, to be handed on: shared if the system can, else copied. */
function Report({ state }: { readonly state: Extract<CheckState, { kind: 'done' }> }) {
  const access = useAccountAccess();
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'refused'>('none');
  const text = async (): Promise<string> => {
    const relay = await access.relay;
    return reportOf(state.figures, {
      atMs: state.atMs,
      userAgent: navigator.userAgent,
      relay: relay.kind === 'known' ? relay.origin : null,
    });
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(await text());
      setOutcome('copied');
    } catch {
      setOutcome('refused');
    }
  };
  const share = async (): Promise<void> => {
    try {
      await navigator.share({ title: 'Parley: sound and connection', text: await text() });
    } catch {
      // The person closed the system's dialog, or it takes no text: copying is still there.
    }
  };
  return (
    <>
      <span role="status" className={`quiet ${styles.outcome}`}>
        {outcome === 'copied' && 'Copied.'}
        {outcome === 'refused' && 'The browser did not let the report be copied.'}
      </span>
      {canShare() && <Button onClick={() => void share()}>Share</Button>}
      <Button onClick={() => void copy()}>Copy report</Button>
    </>
  );
}

function canShare(): boolean {
  return (navigator as { readonly share?: unknown }).share !== undefined;
}

/**
 * The findings, for a person who gives support: plain text. The text holds no names of devices but
 * the microphone's, which the person sees in the settings, nothing that was said, and no secret.
 */
export function reportOf(figures: CheckFigures, context: ReportContext): string {
  const { microphone, noiseDbfs, speechDbfs, speaker, echo, relay, detector } = figures;
  const measured = {
    microphone: microphone?.kind === 'open' ? microphone.label : microphone?.refusal,
    'capture rate': microphone?.kind === 'open' ? unit(microphone.captureHz, 'Hz') : undefined,
    'playout rate': microphone?.kind === 'open' ? unit(microphone.contextHz, 'Hz') : undefined,
    'noise floor': unit(noiseDbfs, 'dBFS'),
    voice: speechDbfs === null ? 'not heard' : unit(speechDbfs, 'dBFS'),
    speaker:
      speaker?.kind === 'heard'
        ? `${unit(speaker.levelDbfs, 'dBFS')} after ${unit(speaker.delayMs, 'ms')}`
        : speaker?.kind,
    echo: echo && `${unit(echo.levelDbfs, 'dBFS')}, ${unit(echo.aboveNoiseDb, 'dB')} above noise`,
    'round trips':
      relay &&
      `${relay.roundTripsMs.map((ms) => ms.toFixed(0)).join(', ')} ms; ${relay.failed} failed`,
    detector:
      detector?.kind === 'ready' && detector.speech !== null
        ? `speech ${detector.speech.toFixed(2)}, silence ${detector.silence?.toFixed(2)}`
        : detector?.kind,
  };
  return [
    'Parley: sound and connection',
    new Date(context.atMs).toISOString(),
    `browser: ${context.userAgent}`,
    `server: ${context.relay ?? 'unknown'}`,
    ...Object.entries(measured).map(([name, value]) => `${name}: ${value || 'not measured'}`),
    '',
    ...verdictsOf(figures).map(({ grade, sentence, fix }) =>
      `${grade}: ${sentence} ${fix}`.trimEnd(),
    ),
    '',
  ].join('\n');
}

function unit(value: number | null | undefined, name: string): string | undefined {
  return value === null || value === undefined ? undefined : `${value.toFixed(0)} ${name}`;
}

/**
 * Runs the check for as long as its dialog is open. A call that is running meanwhile hears and says
 * nothing, and gets its microphone back afterwards.
 *
 * @param onLevel dBFS, about thirty times a second; null once no microphone is open
 */
function useSoundCheck(onLevel: (dbfs: number | null) => void) {
  const controller = useCall();
  const [state, setState] = useState<CheckState>({ kind: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const run = async (): Promise<void> => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    let figures: CheckFigures = {};
    setState({ kind: 'running', step: 'microphone', figures });
    const giveBack = silenceCall(controller);
    try {
      for await (const event of controller.checkSound(mine.signal)) {
        if (mine.signal.aborted) return;
        switch (event.type) {
          case 'level':
            onLevel(event.dbfs);
            break;
          case 'step':
            setState({ kind: 'running', step: event.step, figures });
            break;
          case 'measured': {
            figures = { ...figures, ...event.figures };
            const measured = figures;
            setState((now) => (now.kind === 'running' ? { ...now, figures: measured } : now));
            break;
          }
          case 'done':
        }
      }
      setState({ kind: 'done', figures, atMs: Date.now() });
    } catch {
      if (!mine.signal.aborted) setState({ kind: 'failed' });
    } finally {
      giveBack();
      if (!mine.signal.aborted) onLevel(null);
    }
  };
  return { state, run };
}

function silenceCall(controller: ReturnType<typeof useCall>): () => void {
  const { standing, muted, microphone } = controller.state.getState();
  if (standing.kind !== 'running' || microphone.kind !== 'granted') return () => undefined;
  controller.interrupt();
  controller.setMuted(true);
  return () => {
    controller.setMuted(muted);
    // Some systems give a microphone to one user at a time, and have taken it from the call.
    if (controller.state.getState().standing.kind === 'running')
      void controller.requestMicrophone();
  };
}

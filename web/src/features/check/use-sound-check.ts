import { useEffect, useRef, useState } from 'react';
import type { CheckFigures, CheckStep } from '../../client/index.ts';
import { useController } from '../call/controller-context.ts';

export type CheckState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly step: CheckStep; readonly figures: CheckFigures }
  | { readonly kind: 'done'; readonly figures: CheckFigures; readonly atMs: number };

/**
 * Runs the check for as long as its dialog is open. A call that is running meanwhile hears and says
 * nothing, and gets its microphone back afterwards.
 *
 * @param onLevel dBFS, about thirty times a second; null once no microphone is open
 */
export function useSoundCheck(onLevel: (dbfs: number | null) => void) {
  const controller = useController();
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
    } finally {
      giveBack();
      if (!mine.signal.aborted) {
        onLevel(null);
        setState({ kind: 'done', figures, atMs: Date.now() });
      }
    }
  };
  return { state, run };
}

function silenceCall(controller: ReturnType<typeof useController>): () => void {
  const { standing, muted, microphone } = controller.call.getState();
  if (standing.kind !== 'running' || microphone.kind !== 'granted') return () => undefined;
  controller.stopSpeaking();
  controller.setMuted(true);
  return () => {
    controller.setMuted(muted);
    // Some systems give a microphone to one user at a time, and have taken it from the call.
    if (controller.call.getState().standing.kind === 'running') void controller.requestMicrophone();
  };
}

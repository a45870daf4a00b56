import { useState } from 'react';
import type { Overview } from '@parley/shared/monitoring-api';
import { durationText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { FigureList } from '../../ui/figures.tsx';
import { Meter } from '../../ui/meter.tsx';
import { useAction } from '../account/use-action.ts';
import { saveFile } from '../history/save-file.ts';
import { Part } from './part.tsx';
import { useOperator } from './status-context.ts';
import { sizeText } from './status-words.ts';

/** What the relay takes of its machine. */
export function MachinePart({ overview }: { readonly overview: Overview }) {
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
  const { isRunning, complaint, run } = useAction();
  const [isAsking, setAsking] = useState(false);
  const take = async (): Promise<void> => {
    const taken = await run(async (signal) => {
      const snapshot = await api.heapSnapshot(signal);
      saveFile(
        snapshot,
        `parley-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.heapsnapshot`,
      );
    });
    if (taken) setAsking(false);
  };
  return (
    <ConfirmDialog
      trigger={<Button>Heap snapshot</Button>}
      title="Take a snapshot of the heap?"
      text="All calls stand still for some seconds while it is taken. The file holds what people said lately: keep it to yourself."
      complaint={complaint}
      keep="Not now"
      action={isRunning ? 'One moment' : 'Take it'}
      look="primary"
      isBusy={isRunning}
      isOpen={isAsking}
      onOpen={setAsking}
      onConfirm={() => void take()}
    />
  );
}

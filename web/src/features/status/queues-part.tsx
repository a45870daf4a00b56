import type { Overview } from '@parley/shared/monitoring-api';
import { FigureList } from '../../ui/figures.tsx';
import { Empty, Part } from './part.tsx';
import { sizeText } from './status-words.ts';

const BYTES = /_bytes$/;
const BYTES_A_MEGABYTE = 1_048_576;

/** What waits within the relay: for a thread, a disk or a network. */
export function QueuesPart({ overview }: { readonly overview: Overview }) {
  const queues = Object.entries(overview.queue_depths);
  return (
    <Part title="Queues" note="what waits">
      {queues.length === 0 ? (
        <Empty>Nothing has had to wait yet.</Empty>
      ) : (
        <FigureList
          figures={queues.map(([name, depth]) => [
            name.replace(BYTES, ' size').replaceAll('_', ' '),
            BYTES.test(name) ? sizeText(depth / BYTES_A_MEGABYTE) : depth.toLocaleString('en'),
          ])}
        />
      )}
    </Part>
  );
}

import { usdText } from '../../lib/figures.ts';
import { useCall } from './controller-context.ts';

/** What the call has cost so far; nothing while it is free. */
export function CallCost() {
  const text = useCall(({ standing, cost }) =>
    standing.kind !== 'running' || cost === null || cost.usd === 0 ? null : usdText(cost.usd),
  );
  if (text === null) return null;
  return (
    <span>
      <span className="visually-hidden">Cost of the call so far: </span>
      {text}
    </span>
  );
}

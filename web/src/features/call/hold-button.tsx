import { Icon } from '../../ui/icon.tsx';
import { useCallState } from '../../client/react/index.ts';
import styles from './hold-button.module.css';
import { useHold } from './use-hold.ts';

/** Push-to-talk in reach of the thumb. */
export function HoldButton() {
  const isHeld = useCallState((state) => state.held);
  const isPossible = useCallState(
    ({ standing, microphone, holds }) =>
      holds && standing.kind === 'running' && microphone.kind === 'granted',
  );
  const hold = useHold(isPossible);
  if (!isPossible) return null;
  return (
    <button type="button" className={styles.hold} aria-pressed={isHeld} {...hold}>
      <Icon name="mic" size={24} />
      {isHeld ? 'Release to send' : 'Hold to talk'}
    </button>
  );
}

import { useCallState, useCall } from '../../client/react/index.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import styles from './controls.module.css';

export interface ControlsProps {
  readonly typing: boolean;
  readonly onType: () => void;
  readonly settingsOpen: boolean;
  readonly onSettings: () => void;
  readonly debugOpen: boolean;
  readonly onDebug: () => void;
}

/** The bar in reach of the thumb. Five places that never move; two are empty outside of a call. */
export function Controls(props: ControlsProps) {
  const controller = useCall();
  const standing = useCallState((state) => state.standing.kind);
  return (
    <nav className={styles.controls} aria-label="Call controls">
      <Control
        name="Settings"
        icon="sliders-horizontal"
        onPress={props.onSettings}
        expanded={props.settingsOpen}
        opens="dialog"
      />
      {standing === 'running' ? <MicrophoneControl /> : <span />}
      <Control
        name="Type"
        keys="T"
        icon="keyboard"
        onPress={props.onType}
        expanded={props.typing}
      />
      {standing === 'running' ? (
        <Control
          name="Hang up"
          icon="phone-off"
          look="danger"
          onPress={() => void controller.hangUp()}
        />
      ) : (
        <span />
      )}
      <Control
        name="Debug"
        keys="D"
        icon="activity"
        onPress={props.onDebug}
        expanded={props.debugOpen}
      />
    </nav>
  );
}

/** Mutes, or asks for a microphone that is missing. */
export function MicrophoneControl() {
  const controller = useCall();
  const muted = useCallState((state) => state.muted);
  const microphone = useCallState((state) => state.microphone.kind);
  // The browser's own question is what a person must see to now.
  if (microphone === 'asking') return <span />;
  if (microphone === 'refused' || microphone === 'unwanted' || microphone === 'unknown') {
    return (
      <Control name="Use mic" icon="mic" onPress={() => void controller.requestMicrophone()} />
    );
  }
  return (
    <Control
      name={muted ? 'Unmute' : 'Mute'}
      keys="M"
      icon={muted ? 'mic-off' : 'mic'}
      look={muted ? 'pressed' : 'quiet'}
      onPress={() => controller.setMuted(!muted)}
    />
  );
}

interface ControlProps {
  readonly name: string;
  readonly keys?: string;
  readonly icon: IconName;
  readonly look?: 'quiet' | 'pressed' | 'danger';
  readonly expanded?: boolean;
  readonly opens?: 'dialog';
  readonly onPress: () => void;
}

/** A round sign with its name below. */
export function Control({
  name,
  keys,
  icon,
  look = 'quiet',
  expanded,
  opens,
  onPress,
}: ControlProps) {
  return (
    <button
      type="button"
      className={styles.control}
      data-look={look}
      onClick={onPress}
      aria-keyshortcuts={keys}
      aria-expanded={expanded}
      aria-haspopup={opens}
    >
      <span className={styles.disc} aria-hidden="true">
        <Icon name={icon} />
      </span>
      <span className={styles.name}>{name}</span>
      {keys !== undefined && (
        <span className={styles.tip} aria-hidden="true">
          {name} <kbd>{keys}</kbd>
        </span>
      )}
    </button>
  );
}

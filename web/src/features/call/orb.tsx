import {
  useCallback,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  useSyncExternalStore,
  type ComponentProps,
  type CSSProperties,
  type ReactNode,
} from 'react';
import { Hourglass, Keyboard, Mic, MicOff, RotateCw } from 'lucide-react';
import { useController } from './controller-context.ts';
import { startOrbAnimation, type OrbAnimation } from './orb-animation.ts';
import { ORB_POSES, type OrbMood } from './orb-pose.ts';
import type { OrbRole } from './orb-role.ts';
import styles from './orb.module.css';

interface OrbProps extends ComponentProps<'button'> {
  readonly mood: OrbMood;
  /** What pressing it does. */
  readonly label: string;
  /** Sign in its middle, if it invites to be pressed. */
  readonly icon: OrbRole['icon'];
  readonly ring: ReactNode;
}

/** Button, microphone level, voice and state in one shape. */
export function Orb({ mood, label, icon, ring, ...rest }: OrbProps) {
  const { levels } = useController();
  const host = useRef<HTMLSpanElement>(null);
  const animation = useRef<OrbAnimation | null>(null);
  const moodNow = useEffectEvent(() => mood);
  const pose = ORB_POSES[mood];
  const [hasFailed, setFailed] = useState(false);
  const isStill = useMediaQuery('(prefers-reduced-motion: reduce), (forced-colors: active)');
  const still = isStill || hasFailed;

  useEffect(() => {
    if (host.current === null) return;
    const started = startOrbAnimation(host.current, levels, still, moodNow(), () =>
      setFailed(true),
    );
    animation.current = started;
    return () => {
      animation.current = null;
      started.dispose();
    };
  }, [levels, still]);

  useEffect(() => animation.current?.setMood(mood), [mood]);

  return (
    <button
      type="button"
      {...rest}
      className={styles.orb}
      aria-label={label}
      title={label}
      data-mood={mood}
      data-open={pose.fill < 0.5}
    >
      <span
        ref={host}
        className={styles.space}
        style={{ '--halo': pose.halo, '--breath': pose.breath } as CSSProperties}
      />
      {ring}
      <span className={styles.icon} aria-hidden="true">
        {ICONS[icon]}
      </span>
    </button>
  );
}

const ICONS = {
  none: null,
  microphone: <Mic />,
  muted: <MicOff />,
  busy: <Hourglass />,
  keyboard: <Keyboard />,
  again: <RotateCw />,
} as const;

/** Whether a CSS media query matches, kept up to date. */
function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

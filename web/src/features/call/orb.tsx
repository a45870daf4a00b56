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
import { Icon } from '../../ui/icon.tsx';
import { useCall } from '../../client/react/index.ts';
import { ORB_POSES, type OrbMood, type OrbPose } from './orb-pose.ts';
import type { OrbRole } from './orb-role.ts';
import styles from './orb.module.css';
import type { StoreApi } from 'zustand/vanilla';
import type { Levels } from '../../client/index.ts';
import { onThemeChange, readColourTokens, mixed, rgba } from '../../ui/colour-tokens.ts';
import { ORB_TOKENS, type OrbPalette, type OrbContext } from './orb-drawing.ts';
import type { OrbMessage } from './orb-painter.ts';
import type { OrbStart } from './orb.worker.ts';

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
  const { levels } = useCall();
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
        {icon !== 'none' && <Icon name={ICONS[icon]} />}
      </span>
    </button>
  );
}

const ICONS = {
  microphone: 'mic',
  muted: 'mic-off',
  busy: 'hourglass',
  keyboard: 'keyboard',
  again: 'rotate-cw',
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

const TURN = 2 * Math.PI;

interface OrbAnimation {
  dispose(): void;
  setMood(mood: OrbMood): void;
}

/** What draws on a canvas. */
interface Surface {
  dispose(): void;
  take(message: OrbMessage): void;
}

type OpenSurface = (
  canvas: HTMLCanvasElement,
  mood: OrbMood,
  palette: OrbPalette,
  onFailed: () => void,
) => Surface;

/**
 * Draws the orb into a new canvas within `host` while the page is visible, in a worker of its own, so
 * that neither delays the other.
 *
 * @param still - draw a still disc, and only when the mood, the size or the theme changes; so does a
 *   browser that hands over no canvas
 * @param onFailed - there is no worker that could draw
 */
function startOrbAnimation(
  host: HTMLElement,
  levels: StoreApi<Levels>,
  still: boolean,
  initialMood: OrbMood,
  onFailed: () => void,
): OrbAnimation {
  // A canvas can be handed over once, so each animation has one of its own.
  const canvas = document.createElement('canvas');
  canvas.ariaHidden = 'true';
  host.append(canvas);
  const readPalette = () => readColourTokens(host, ORB_TOKENS);
  const isMoving = !still && 'transferControlToOffscreen' in canvas;
  const open = isMoving ? openWorker : openStill;
  const surface = open(canvas, initialMood, readPalette(), onFailed);
  const over = new AbortController();

  const resize = () => {
    const pixelRatio = Math.min(devicePixelRatio, 2);
    surface.take({ type: 'surface', sizePx: host.clientWidth, pixelRatio });
  };
  const sizes = new ResizeObserver(resize);
  sizes.observe(host);
  const stopThemes = onThemeChange(() => surface.take({ type: 'palette', palette: readPalette() }));
  const stopLevels = levels.subscribe(({ microphone, voice }) =>
    surface.take({ type: 'levels', microphone, voice }),
  );
  const tellVisibility = () => surface.take({ type: 'visible', isVisible: !document.hidden });
  document.addEventListener('visibilitychange', tellVisibility, { signal: over.signal });
  resize();
  tellVisibility();

  return {
    setMood: (mood) => surface.take({ type: 'mood', mood }),
    dispose: () => {
      over.abort();
      sizes.disconnect();
      stopThemes();
      stopLevels();
      surface.dispose();
      canvas.remove();
    },
  };
}

const openWorker: OpenSurface = (canvas, mood, palette, onFailed) => {
  const worker = new Worker(new URL('./orb.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('error', onFailed);
  const offscreen = canvas.transferControlToOffscreen();
  const start: OrbStart = { type: 'start', canvas: offscreen, mood, palette };
  worker.postMessage(start, [offscreen]);
  return {
    take: (message) => worker.postMessage(message, []),
    dispose: () => worker.terminate(),
  };
};

const openStill: OpenSurface = (canvas, initialMood, initialPalette) => {
  const context = canvas.getContext('2d');
  let mood = initialMood;
  let palette = initialPalette;
  let sizePx = 0;
  return {
    take: (message) => {
      if (message.type === 'levels' || message.type === 'visible') return;
      if (message.type === 'mood') ({ mood } = message);
      if (message.type === 'palette') ({ palette } = message);
      if (message.type === 'surface') {
        const { pixelRatio } = message;
        ({ sizePx } = message);
        canvas.width = canvas.height = Math.max(1, Math.round(sizePx * pixelRatio));
        context?.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      }
      if (context !== null) drawStillOrb(context, sizePx, ORB_POSES[mood], palette);
    },
    dispose: () => {},
  };
};

/** Heights of the strokes in a still disc, in place of what moves: three dots, and a voice. */
const THINKING = [0.01, 0.01, 0.01];
const SPEAKING = [0.22, 0.55, 0.85, 0.55, 0.22];

/**
 * For people who want no motion, or whose system sets the colours: a disc with rings. What motion
 * or colour says otherwise, rings, strokes and dashes say here.
 */
function drawStillOrb(
  context: OrbContext,
  sizePx: number,
  pose: OrbPose,
  palette: OrbPalette,
): void {
  const radius = (sizePx / 2) * 0.54;
  const own = mixed(palette.still, palette.main, pose.colour);
  // A disc bears a white sign; a line stands against the page.
  const warm = pose.fill > 0.5 ? palette.warm : palette.warmLine;
  const main = rgba(mixed(own, warm, pose.warmth), 1);
  const line = rgba(mixed(palette.line, palette.warmLine, pose.warmth), 0.8);
  const rings = pose.rings > 0 ? Math.round(3 * pose.rings) : Math.ceil(pose.halo);
  const isEmpty = pose.fill < 0.5 && pose.warmth > 0.5 && rings === 0;
  context.clearRect(0, 0, sizePx, sizePx);
  context.save();
  context.translate(sizePx / 2, sizePx / 2);
  context.fillStyle = main;
  context.lineWidth = 2;
  for (let ring = 0; ring <= rings; ring += 1) {
    context.beginPath();
    context.arc(0, 0, radius * (1 + 0.19 * ring), 0, TURN);
    // An empty place, and the rings of what waits, which breathes deeper.
    const isDashed = isEmpty || (ring > 0 && pose.breath > 0.02);
    context.setLineDash(isDashed ? [radius / 8, radius / 8] : []);
    context.strokeStyle = ring === 0 ? main : line;
    context.stroke();
    if (ring === 0 && pose.fill > 0.5) context.fill();
  }
  // Cut out, so that they stand against the disc in whatever colours the system sets.
  context.globalCompositeOperation = 'destination-out';
  context.setLineDash([]);
  context.lineCap = 'round';
  context.lineWidth = radius * 0.16;
  context.beginPath();
  const strokes = pose.voiceGain > 0.9 ? SPEAKING : pose.glow > 0.9 ? THINKING : [];
  for (const [n, height] of strokes.entries()) {
    const x = radius * 0.3 * (n - (strokes.length - 1) / 2);
    context.moveTo(x, (-height * radius) / 2);
    context.lineTo(x, (height * radius) / 2);
  }
  context.strokeStyle = main;
  context.stroke();
  context.restore();
}

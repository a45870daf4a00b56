import PATHS from './icons.json' with { type: 'json' };

export type IconName = keyof typeof PATHS;

interface IconProps {
  readonly name: IconName;
  /** Of its sides, px. */
  readonly size?: number;
  readonly strokeWidth?: number;
  readonly className?: string | undefined;
}

/** One of Lucide's icons, each a single path. Words beside it say the same to a screen reader. */
export function Icon({ name, size = 24, strokeWidth = 2, className }: IconProps) {
  return (
    <svg
      className={className}
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

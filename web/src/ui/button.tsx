import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'quiet' | 'primary' | 'plain' | 'danger';
  readonly shape?: 'label' | 'icon';
  readonly children: ReactNode;
}

/** The one button; an icon alone needs an `aria-label`. */
export function Button({ look = 'quiet', shape = 'label', children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={styles.button} data-look={look} data-shape={shape}>
      {children}
    </button>
  );
}

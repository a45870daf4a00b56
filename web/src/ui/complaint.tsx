import type { ReactNode } from 'react';

interface ComplaintProps {
  readonly className?: string | undefined;
  /** Nothing is shown for null or false. */
  readonly children: ReactNode;
}

/** Why something did not work. */
export function Complaint({ className = '', children }: ComplaintProps) {
  return (
    children && (
      <p className={`complaint ${className}`} role="alert">
        {children}
      </p>
    )
  );
}

import type { ComponentProps } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { Button } from '../../ui/button.tsx';

/** Opens the menu of what belongs to the person. */
export function AccountButton(props: Omit<ComponentProps<'button'>, 'children'>) {
  return (
    <Button look="plain" shape="icon" aria-label="Account and history" {...props}>
      <Icon name="circle-user-round" size={22} strokeWidth={1.75} />
    </Button>
  );
}

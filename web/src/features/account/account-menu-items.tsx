import type { ReactNode } from 'react';
import { ChartColumn, History, MonitorSmartphone } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { Link } from 'wouter';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { AccountButton } from './account-button.tsx';
import styles from './account-menu.module.css';

/** The menu, open from the beginning: it is fetched once its button has been pressed. */
export function AccountMenuItems() {
  return (
    // Not modal: what holds the page still then writes a style element, which the policy forbids.
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger asChild>
        <AccountButton />
      </DropdownMenu.Trigger>
      {/* Without a portal: a menu outside of all landmarks is found by no screen reader's list of them. */}
      <DropdownMenu.Content className={styles.menu} align="end" sideOffset={4} loop>
        <PageItem path={PAGE_PATHS.history} icon={<History />} name="History" />
        <PageItem path={PAGE_PATHS.usage} icon={<ChartColumn />} name="Usage" />
        <PageItem path={PAGE_PATHS.sessions} icon={<MonitorSmartphone />} name="Sessions" />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

interface PageItemProps {
  readonly path: string;
  readonly icon: ReactNode;
  readonly name: string;
}

function PageItem({ path, icon, name }: PageItemProps) {
  return (
    <DropdownMenu.Item asChild>
      <Link href={path} className={styles.item}>
        {icon}
        {name}
      </Link>
    </DropdownMenu.Item>
  );
}

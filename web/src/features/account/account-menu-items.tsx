import type { ReactNode } from 'react';
import { ChartColumn, History, LogIn, LogOut, MonitorSmartphone, ShieldCheck } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { Link, useLocation } from 'wouter';
import { useStore } from 'zustand';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useController } from '../../store/controller-context.ts';
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
        <AccountItems />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

/** Who the person is here, and what they can do about it. */
function AccountItems() {
  const controller = useController();
  const { account } = controller;
  const name = useStore(account.store, (state) => state.account?.name ?? null);
  const hasAccounts = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const [, navigate] = useLocation();
  const signOut = (): void => {
    // What another page shows is the person's, too.
    navigate('/');
    void controller.signOut();
  };
  return (
    <>
      <DropdownMenu.Separator className={styles.line} />
      {name !== null && <DropdownMenu.Label className={styles.name}>{name}</DropdownMenu.Label>}
      <DropdownMenu.Item className={styles.item} onSelect={() => account.ask('privacy')}>
        <ShieldCheck /> Privacy
      </DropdownMenu.Item>
      {name !== null && (
        <DropdownMenu.Item className={styles.item} onSelect={signOut}>
          <LogOut /> Sign out
        </DropdownMenu.Item>
      )}
      {name === null && hasAccounts && (
        <DropdownMenu.Item className={styles.item} onSelect={() => account.ask('sign-in')}>
          <LogIn /> Sign in
        </DropdownMenu.Item>
      )}
    </>
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

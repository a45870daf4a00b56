import { Icon } from '../../ui/icon.tsx';
import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { useCall } from '../../client/react/index.ts';
import { late } from '../../ui/late.tsx';
import { AccountButton } from './account-button.tsx';
import { MenuPageItem } from './menu-page-item.tsx';
import styles from './account-menu.module.css';

const OperatorItems = late(async () => (await import('./operator-items.tsx')).OperatorItems);

/** The menu, open from the beginning: it is fetched once its button has been pressed. */
export function AccountMenuItems() {
  return (
    // Not modal: that writes a style element to hold the page still, which the policy forbids.
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger asChild>
        <AccountButton />
      </DropdownMenu.Trigger>
      {/* Without a portal: a menu outside of all landmarks is found by no screen reader's list of them. */}
      <DropdownMenu.Content className={styles.menu} align="end" sideOffset={4} loop>
        <MenuPageItem path={PAGE_PATHS.history} icon="history" name="History" />
        <MenuPageItem path={PAGE_PATHS.usage} icon="chart-column" name="Usage" />
        <MenuPageItem path={PAGE_PATHS.sessions} icon="monitor-smartphone" name="Calls" />
        <AccountItems />
        <OperatorPart />
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

/** The person's identity here, and what they can do about it. */
function AccountItems() {
  const controller = useCall();
  const { account } = controller;
  const name = useStore(account.store, (state) => state.account?.name ?? null);
  const hasAccounts = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const [, navigate] = useLocation();
  const signOut = (): void => {
    // Other pages show the person's data, too.
    navigate('/');
    void controller.signOut();
  };
  return (
    <>
      <DropdownMenu.Separator className={styles.line} />
      {name !== null && (
        <DropdownMenu.Label className={`quiet ${styles.name}`}>{name}</DropdownMenu.Label>
      )}
      <DropdownMenu.Item className={styles.item} onSelect={() => account.ask('privacy')}>
        <Icon name="shield-check" /> Privacy
      </DropdownMenu.Item>
      {name !== null && (
        <DropdownMenu.Item className={styles.item} onSelect={signOut}>
          <Icon name="log-out" /> Sign out
        </DropdownMenu.Item>
      )}
      {name === null && hasAccounts && (
        <DropdownMenu.Item className={styles.item} onSelect={() => account.ask('sign-in')}>
          <Icon name="log-in" /> Sign in
        </DropdownMenu.Item>
      )}
    </>
  );
}

/**
 * Guests are never administrators. This part comes last: an item that waits for the relay must not
 * move what a finger is about to press.
 */
function OperatorPart() {
  const { account } = useCall();
  const name = useStore(account.store, (state) => state.account?.name ?? null);
  return name !== null && <OperatorItems key={name} />;
}

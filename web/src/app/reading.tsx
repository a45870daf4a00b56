import { useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { Button } from '../ui/button.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import styles from './app.module.css';

const fetchPages = () => import('./account-pages.tsx');

/** All pages but the call screen. They are fetched when one is opened, and a call goes on meanwhile. */
export function Reading() {
  const { part, failed, load } = useLoaded(fetchPages);
  useEffect(load, [load]);
  if (part !== null) return <part.AccountPages />;
  return (
    <main className={styles.unloaded}>
      {failed && (
        <div role="alert">
          <p>This page could not be loaded. Check the connection.</p>
          <Button onClick={load}>Try again</Button>
          <Button look="plain" onClick={() => navigate('/')}>
            To the call screen
          </Button>
        </div>
      )}
    </main>
  );
}

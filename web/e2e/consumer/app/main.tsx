import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { Assistant } from './assistant';
import { Lamp } from './lamp';
import { openCall } from './own-call';

const root = createRoot(document.getElementById('root')!);
const own = createRoot(document.getElementById('own')!);

/** What the tests do with the app; see `ConsumerWindow`. */
const app = {
  show: (...relays: string[]) =>
    root.render(
      <StrictMode>
        {relays.map((relay, index) => (
          // The place is the assistant, whatever relay it talks to.
          // oxlint-disable-next-line react/no-array-index-key -- as said
          <section key={index} aria-label={`Assistant ${index + 1}`}>
            <Assistant relay={relay} />
          </section>
        ))}
      </StrictMode>,
    ),
  openCall,
  showLamp: (relay: string) =>
    own.render(
      <StrictMode>
        <Lamp relay={relay} />
      </StrictMode>,
    ),
  showOwn: (page: ReactNode) => own.render(<StrictMode>{page}</StrictMode>),
};

Object.assign(window, { app });

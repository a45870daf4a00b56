import { useStore } from 'zustand';
import { useCall } from '../../client/react/index.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { PrivacySection } from '../settings/privacy-section.tsx';
import { timeText } from '../../lib/dates.ts';
import {
  type AccessCodeAnswer,
  type AccountIssuer,
  SignInError,
  type SignInFault,
  type SignInMethods,
} from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { EntryForm } from './entry-form.tsx';
import styles from './account-dialog.module.css';
import { useCallback, useEffect, useState } from 'react';
import { useLoaded } from '../../ui/late.tsx';

/** What the relay asks of the person, and they of it. */
export function AccountDialog() {
  const { account } = useCall();
  const question = useStore(account.store, (state) => state.question);
  switch (question) {
    case null:
      return null;
    case 'access-code':
      return (
        <DialogFrame title="Access code" onClose={() => account.dismiss()}>
          <AccessCodeForm />
        </DialogFrame>
      );
    case 'privacy':
      return (
        <DialogFrame title="Privacy" onClose={() => account.dismiss()}>
          <PrivacySection />
        </DialogFrame>
      );
    case 'sign-in':
      return (
        <DialogFrame title="Sign in" onClose={() => account.dismiss()}>
          <SignInForm />
        </DialogFrame>
      );
  }
}

/** Asks a guest for the code that they were given. */
function AccessCodeForm() {
  const { account } = useCall();
  const hasAccounts = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const tryCode = async (code: string): Promise<string | null> => {
    const answer = await account.tryAccessCode(code);
    if (answer.kind === 'right') account.answered();
    return wordsOf(answer);
  };
  return (
    <>
      <p className={styles.words}>
        Guests need a code here. Enter the one you were given: this browser remembers it.
      </p>
      <EntryForm
        label="Access code"
        action="Continue"
        autoComplete="off"
        maxLength={200}
        onEntry={tryCode}
      >
        {hasAccounts && (
          <Button look="plain" onClick={() => account.ask('sign-in')}>
            Sign in instead
          </Button>
        )}
      </EntryForm>
    </>
  );
}

function wordsOf(answer: AccessCodeAnswer): string | null {
  switch (answer.kind) {
    case 'right':
      return null;
    case 'wrong':
      return 'That is not the code. Check it and try again.';
    case 'too-many':
      return `Too many attempts. Try again ${whenText(answer.waitS)}.`;
    case 'unreachable':
      return 'The server did not answer. Check the connection and try again.';
  }
}

function whenText(waitS: number | null): string {
  if (waitS === null) return 'later';
  if (waitS < 60) return 'in a minute';
  const minutes = Math.ceil(waitS / 60);
  return minutes < 60 ? `in ${minutes} minutes` : `at ${timeText(Date.now() + waitS * 1_000)}`;
}

interface Offer {
  readonly issuer: AccountIssuer;
  readonly methods: SignInMethods;
}

/** Signs in with an account: by a code or a link by e-mail, or by way of a service. */
function SignInForm() {
  const { account } = useCall();
  const returnFault = useStore(account.store, (state) => state.returnFault);
  const isPossible = useStore(account.store, ({ signIn }) => (signIn?.accounts ?? null) !== null);
  const fetchOffer = useCallback(async (): Promise<Offer> => {
    const issuer = await account.issuer();
    return { issuer, methods: await issuer.methods() };
  }, [account]);
  const { part: offer, failed, load } = useLoaded(fetchOffer);
  useEffect(() => {
    if (isPossible) load();
  }, [isPossible, load]);

  if (!isPossible) {
    return (
      <p className={styles.words} role="alert">
        This server is for people with an account, and this page cannot sign in to such accounts.
        Ask those who run this Parley how to use it.
      </p>
    );
  }
  if (offer !== null) {
    return (
      <>
        {returnFault !== null && (
          <p className={styles.complaint} role="alert">
            {RETURN_WORDS[returnFault] ?? WORDS[returnFault]}
          </p>
        )}
        {offer.methods.email && <ByEmail issuer={offer.issuer} />}
        <Services {...offer} />
      </>
    );
  }
  if (!failed) {
    return (
      <p className={styles.words} role="status">
        One moment
      </p>
    );
  }
  return (
    <>
      <p className={styles.words} role="alert">
        {WORDS.unreachable}
      </p>
      <Button onClick={load}>Try again</Button>
    </>
  );
}

function ByEmail({ issuer }: { readonly issuer: AccountIssuer }) {
  const { account } = useCall();
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo === null) {
    return (
      <>
        <p className={styles.words}>
          Your conversations are then with you on every device. There is no password: you get a code
          by e-mail.
        </p>
        <EntryForm
          key="address"
          label="E-mail address"
          action="Send a code"
          type="email"
          autoComplete="email"
          maxLength={320}
          onEntry={(email) =>
            attempted(async () => {
              await issuer.sendCode(email);
              setSentTo(email);
            })
          }
        />
      </>
    );
  }
  return (
    <>
      <p className={styles.words} role="status">
        A code is on its way to <b>{sentTo}</b>. Enter it here, or open the link in the e-mail in
        this browser.
      </p>
      <EntryForm
        key="code"
        label="Code"
        action="Sign in"
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
        onEntry={(code) =>
          attempted(async () => {
            await issuer.verifyCode(sentTo, code.replaceAll(/\s/g, ''));
            account.answered();
          })
        }
      >
        <Button look="plain" onClick={() => setSentTo(null)}>
          Another address
        </Button>
      </EntryForm>
    </>
  );
}

function Services({ issuer, methods }: Offer) {
  const [complaint, setComplaint] = useState<string | null>(null);
  if (methods.services.length === 0) return null;
  return (
    <div className={styles.services}>
      {methods.services.map(({ id, label }) => (
        <Button key={id} onClick={() => void attempted(() => issuer.goTo(id)).then(setComplaint)}>
          Continue with {label}
        </Button>
      ))}
      <p className={styles.complaint} role="alert">
        {complaint}
      </p>
    </div>
  );
}

/** @returns a sentence if it failed */
async function attempted(step: () => Promise<void>): Promise<string | null> {
  try {
    await step();
    return null;
  } catch (error) {
    return WORDS[error instanceof SignInError ? error.fault : 'failed'];
  }
}

const WORDS: Readonly<Record<SignInFault, string>> = {
  'email-invalid': 'No e-mail can be sent to this address. Check it and try again.',
  'not-invited': 'This address may not sign in here. Ask those who run this Parley.',
  'code-wrong': 'This code is wrong or has expired. Check it, or ask for another one.',
  'too-many': 'Too many attempts. Wait a minute and try again.',
  unreachable: 'The sign-in service did not answer. Check the connection and try again.',
  failed: 'That did not work. Please try again.',
};

const RETURN_WORDS: Partial<Readonly<Record<SignInFault, string>>> = {
  'code-wrong':
    'This link has expired, was used before, or was asked for in another browser. Ask for a new code.',
  failed: 'You were not signed in. Please try again.',
};

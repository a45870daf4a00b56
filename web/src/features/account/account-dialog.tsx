import { useStore } from 'zustand';
import { useController } from '../call/controller-context.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { PrivacySection } from '../settings/privacy-section.tsx';
import { SignInForm } from './sign-in.tsx';
import { timeText } from '../../lib/dates.ts';
import type { AccessCodeAnswer } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { EntryForm } from './entry-form.tsx';
import styles from './account-dialog.module.css';

/** What the relay asks of the person, and they of it. */
export function AccountDialog() {
  const { account } = useController();
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
  const { account } = useController();
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

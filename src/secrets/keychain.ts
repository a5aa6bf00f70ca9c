import { BlueButtonError, messageOf } from '../errors/index.ts';
import { makeAgain, storeChoices } from './secret-store.ts';

/** The one text this tool keeps in the keychain of the system. */
export interface Keychain {
  /** Undefined when the keychain has none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

const service = 'bluebutton';
const account = 'key of the kept sign-ins';

/**
 * The keychain of this computer, for the secret of that name. On Linux it is the Secret Service and nothing else: left
 * to itself, `@napi-rs/keyring` falls back to the kernel's keyring, which forgets.
 *
 * @throws BlueButtonError `usage` naming the other choices where there is none; from its functions also `store-locked`
 *   when it is locked and stays so, `failed` when it does not work.
 */
export async function systemKeychain(name: string): Promise<Keychain> {
  return guarded(name, async () => {
    const { AsyncEntry } = await import('@napi-rs/keyring').catch((cause: unknown) => {
      throw noKeychain(
        name,
        'The part of this tool that speaks to it is not installed for this system.',
        cause,
      );
    });
    const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
    return {
      read: () => guarded(name, async () => (await entry.getPassword()) ?? undefined),
      write: (text) => guarded(name, () => entry.setPassword(text)),
    };
  });
}

/** Whether a keychain answers here. Opens no window and does not tell whether it is locked. */
export async function keychainAnswers(): Promise<boolean> {
  try {
    await systemKeychain('PORTAL');
    return true;
  } catch {
    return false;
  }
}

async function guarded<Result>(name: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) throw thrown;
    throw told(name, messageOf(thrown), thrown);
  }
}

/** The library has no codes: what went wrong is in its words, the same from Linux's two crates and the system's own. */
function told(name: string, said: string, cause: unknown): BlueButtonError {
  if (/dismissed|locked|interaction is not allowed/i.test(said)) {
    return new BlueButtonError('store-locked', 'The keychain is locked.', {
      why: 'Nobody unlocked it: it opens when you log in to this computer, not for cron or over SSH.',
      try: `unlock it and run the same command again, or, for pulls at any time: ${makeAgain(name, 'passphrase')}`,
      cause,
    });
  }
  // GNOME Keyring without its first keyring says “no result found”.
  if (/^Platform failure|no result found/i.test(said)) {
    const isEmpty = /no result found/i.test(said);
    const why = isEmpty
      ? 'A keychain answers, but no keyring has been made in it yet.'
      : 'No keychain program answers (on Linux: the Secret Service on D-Bus; cron and SSH have none).';
    return noKeychain(name, why, cause);
  }
  return new BlueButtonError('failed', 'The keychain does not work.', {
    why: `It says: ${said}`,
    try: makeAgain(name, 'passphrase'),
    cause,
  });
}

function noKeychain(name: string, why: string, cause: unknown): BlueButtonError {
  const choices = (['passphrase', 'file'] as const).map((kind) => `${kind}: ${storeChoices[kind]}`);
  return new BlueButtonError('usage', 'There is no keychain here.', {
    why: [why, 'Please choose another place:', ...choices].join('\n'),
    try: `${makeAgain(name, 'passphrase')}\n  or ${makeAgain(name, 'file')}`,
    cause,
  });
}

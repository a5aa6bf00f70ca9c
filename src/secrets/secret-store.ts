/** Where secret texts can live. */
export type SecretStoreKind = 'keychain' | 'passphrase' | 'file' | 'memory';

/** The kinds that outlive the program. */
export type KeptKind = Exclude<SecretStoreKind, 'memory'>;

/** Each kind in a few words, for who has to choose one. */
export const storeChoices: Readonly<Record<SecretStoreKind, string>> = {
  keychain: "sealed in a file; the key is in this computer's keychain, and is there while you are logged in.",
  passphrase:
    'sealed in a file with a passphrase of yours; cron reads it from the file BLUEBUTTON_PASSPHRASE_FILE names.',
  file: 'in a file only you can read (0600), so that later pulls need nothing more.',
  memory: 'forgotten when this command ends.',
};

/** Keeps secret texts (the tokens of a sign-in, the private keys of this client) by name. */
export interface SecretStore {
  kind: SecretStoreKind;
  /**
   * Whether a text could be written under the name now: asks for the passphrase, or makes the key in the keychain.
   * Called before a sign-in, which would be lost otherwise.
   *
   * @throws BlueButtonError what `write` would.
   */
  ready(name: string): Promise<void>;
  /**
   * Undefined when nothing is kept under the name.
   *
   * @throws BlueButtonError `login-needed` when what is kept cannot be opened any more: damaged, or its key is gone;
   *   `store-locked` when the keychain is; `password-needed` without the right passphrase; `usage` where there is no
   *   keychain; `failed` when the system refuses.
   */
  read(name: string): Promise<string | undefined>;
  /** Returns when the text is safe on the disk: a rotated refresh token that is lost cannot be had again. */
  write(name: string, text: string): Promise<void>;
  /** Needs neither key nor passphrase. */
  remove(name: string): Promise<void>;
  /** The names under which something is kept, in order. */
  names(): Promise<string[]>;
}

/** The name this client's keys are kept under; it can be no portal's, which has no underscore. */
export const clientKeysName = 'client_keys';

/** The command that makes anew what is kept under a name, in a store of that kind. */
export function makeAgain(name: string, kind: SecretStoreKind): string {
  return name === clientKeysName
    ? `bluebutton keys create --token-store ${kind}`
    : `bluebutton login ${name} --token-store ${kind}`;
}

/** The next step where what is kept under a name cannot be opened any more. */
export function replaceLost(name: string, kind: SecretStoreKind): string {
  const again = makeAgain(name, kind);
  return name === clientKeysName
    ? `bluebutton keys remove --all, then ${again}, and register the new key`
    : again;
}

/** Keeps texts until the program ends. */
export function memorySecretStore(): SecretStore {
  const kept = new Map<string, string>();
  return {
    kind: 'memory',
    ready: async () => undefined,
    read: async (name) => kept.get(name),
    write: async (name, text) => void kept.set(name, text),
    remove: async (name) => void kept.delete(name),
    names: async () => [...kept.keys()].toSorted(),
  };
}

import { join } from 'node:path';
import { BlueButtonError } from '../errors/index.ts';
import { tokenStoreOver, type TokenSet, type TokenStore } from '../portal/index.ts';
import {
  clientKeysName,
  fileSecretStore,
  keptKinds,
  keychainAnswers,
  keychainSecretStore,
  makeAgain,
  memorySecretStore,
  passphraseSecretStore,
  removeOthers,
  storeChoices,
  type KeptKind,
  type SecretStore,
  type SecretStoreKind,
} from '../secrets/index.ts';
import { placesOf } from '../settings/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { askPassphrase } from './passphrase.ts';
import { settingOf } from './setting.ts';

/** The folder sign-ins and client keys are kept in. */
export function secretsFolder({ env }: Context): string {
  return join(placesOf(env).state, 'tokens');
}

const opened = new WeakMap<Context, Map<SecretStoreKind, SecretStore>>();

/** The store of a kind; one for the whole command, so that a passphrase is asked for and a key derived once. */
export function secretStore(kind: SecretStoreKind, input: CommandInput, context: Context): SecretStore {
  const stores = opened.get(context) ?? new Map<SecretStoreKind, SecretStore>();
  opened.set(context, stores);
  const store = stores.get(kind) ?? open(kind, input, context);
  stores.set(kind, store);
  return store;
}

function open(kind: SecretStoreKind, input: CommandInput, context: Context): SecretStore {
  const folder = secretsFolder(context);
  if (kind === 'file') return fileSecretStore(folder);
  if (kind === 'memory') return memorySecretStore();
  if (kind === 'passphrase') return passphraseSecretStore(folder, askPassphrase(input, context));
  const { pid, host, isRunning } = context.program;
  return keychainSecretStore(folder, { pid, host, isRunning, now: context.now });
}

/** What keeps the sign-in of a portal, or whatever is kept under that name; undefined when nothing does. */
export async function keptKind(name: string, context: Context): Promise<KeptKind | undefined> {
  const [kind] = await keptKinds(secretsFolder(context), name);
  return kind;
}

/** The command that signs in anew and keeps the sign-in where it is kept now; in a file where none is. */
export async function loginAgain(name: string, context: Context): Promise<string> {
  return makeAgain(name, (await keptKind(name, context)) ?? 'file');
}

/** The sign-ins that are kept, each where the person chose when signing in. Removing one needs no key. */
export function keptTokens(input: CommandInput, context: Context): TokenStore {
  const storeOf = async (name: string): Promise<TokenStore | undefined> => {
    const kind = await keptKind(name, context);
    return kind && tokenStoreOver(secretStore(kind, input, context));
  };
  return {
    read: async (name) => (await storeOf(name))?.read(name),
    async write(name, tokens) {
      const store = await storeOf(name);
      if (store) return store.write(name, tokens);
      throw new BlueButtonError('login-needed', `The sign-in of ${name} was removed meanwhile.`, {
        why: 'It is not written again: it may have been removed to forget it.',
        try: await loginAgain(name, context),
      });
    },
    remove: (name) => removeOthers(secretsFolder(context), name),
  };
}

/** The sign-in kept under a name; undefined where there is none that can be read as one. */
export async function readableSignIn(store: TokenStore, name: string): Promise<TokenSet | undefined> {
  try {
    return await store.read(name);
  } catch (thrown) {
    if (thrown instanceof BlueButtonError && thrown.code === 'login-needed') return undefined;
    throw thrown;
  }
}

/**
 * The sign-in kept for a portal.
 *
 * @throws BlueButtonError `login-needed` when there is none, or it is for another address; what `SecretStore.read` does.
 */
export async function keptSignIn(
  name: string,
  baseUrl: string,
  input: CommandInput,
  context: Context,
): Promise<TokenSet> {
  const tokens = await keptTokens(input, context).read(name);
  if (tokens?.baseUrl === baseUrl) return tokens;
  throw new BlueButtonError('login-needed', `You are not signed in to ${name}.`, {
    why: tokens
      ? `The sign-in that is kept is for another address, ${tokens.baseUrl}.`
      : 'No sign-in is kept for it.',
    try: await loginAgain(name, context),
  });
}

/**
 * Where new tokens go, by the setting `token-store`: a store that is ready to be written to, and forgets what another kind
 * of store keeps under the name once it has been. There is no default: where the key to a medical history lies is the
 * person's choice.
 *
 * @throws BlueButtonError `usage` when nothing was chosen; what `SecretStore.ready` does.
 */
export async function chosenTokenStore(
  name: string,
  input: CommandInput,
  context: Context,
): Promise<{ kind: SecretStoreKind; store: TokenStore }> {
  const kind = await settingOf('token-store', input, context);
  if (kind === undefined) throw await undecided('Where should the sign-in be kept?', name);
  const texts = secretStore(kind, input, context);
  await texts.ready(name);
  const store = tokenStoreOver(texts);
  if (kind === 'memory') return { kind, store };
  return {
    kind,
    store: {
      ...store,
      async write(written, tokens) {
        await store.write(written, tokens);
        await removeOthers(secretsFolder(context), written, kind);
      },
    },
  };
}

/** The refusal to choose for the person: every choice in a line, and which work here. */
export async function undecided(question: string, name: string): Promise<BlueButtonError> {
  const works = { ...storeChoices };
  if (!(await keychainAnswers())) works.keychain = 'not here: no keychain answers.';
  const choices = kinds.filter((kind) => kind !== 'memory' || name !== clientKeysName);
  return new BlueButtonError('usage', `${question} Please choose.`, {
    why: choices.map((kind) => `${kind}: ${works[kind]}`).join('\n'),
    try: makeAgain(name, 'file'),
  });
}

const kinds = ['keychain', 'passphrase', 'file', 'memory'] as const satisfies readonly SecretStoreKind[];

import { BlueButtonError } from '../errors/index.ts';
import type { ClientProof, TokenSet, Vendor } from '../portal/index.ts';
import type { NamedPortal } from '../settings/index.ts';
import { readClientKey } from '../secrets/index.ts';
import { clientKeyStore } from './client-key-store.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { firstLineOf } from './first-line.ts';

/** What the proof of a client is made of. */
export interface ProofParts {
  name: string;
  portal: NamedPortal;
  /** The sign-in kept so far; its secret is used again where none is given. */
  kept: TokenSet | undefined;
  /** A secret the portal has given just now. */
  fresh?: string | undefined;
  vendor: Vendor;
}

/**
 * How this tool proves to be the client: by nothing, by the secret in `--client-secret-file` (or kept with the sign-in), or
 * by the private key of `bluebutton keys`.
 *
 * @throws BlueButtonError `usage` when a secret or key is needed and there is none.
 */
export async function proofFor(
  { name, portal, kept, fresh, vendor }: ProofParts,
  input: CommandInput,
  context: Context,
): Promise<ClientProof> {
  const file = textOption(input, 'clientSecretFile');
  const sameClient = kept?.baseUrl === portal.baseUrl && kept.clientId === portal.clientId;
  const secret =
    fresh ??
    (file === undefined ? undefined : await firstLineOf(file, 'client secret', context)) ??
    (sameClient ? kept.clientSecret : undefined);
  if (secret !== undefined) return { kind: 'secret', secret, method: portal.authentication };
  if (needsSecret(portal, vendor)) {
    const store = textOption(input, 'tokenStore');
    const where = store === undefined ? '' : ` --token-store ${store}`;
    throw new BlueButtonError('usage', `${name} wants a client secret beside the client id.`, {
      why: 'It came from the portal together with the client id. It is read from a file, and kept with the sign-in.',
      try: `bluebutton login ${name}${where} --client-secret-file FILE`,
    });
  }
  if (portal.client !== 'key') return { kind: 'public' };
  const keys = await clientKeyStore(input, context);
  const key = keys && (await readClientKey(keys));
  if (key !== undefined) return { kind: 'key', ...key };
  throw new BlueButtonError('usage', `${name} wants a key, and none has been made yet.`, {
    why: 'The public part of it is registered at the portal; with the private part this tool proves itself.',
    try: 'bluebutton keys create --token-store file, then bluebutton keys show',
  });
}

/** True where a person said so of their client, or the vendor takes no other. */
export function needsSecret({ client }: NamedPortal, { signIn }: Vendor): boolean {
  return client === 'secret' || (client === undefined && signIn.clients.every((kind) => kind === 'secret'));
}

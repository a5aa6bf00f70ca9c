import { join } from 'node:path';
import { makeDirectory, takeLock, type LockHolder } from '../disk/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { isLapsing, refresh, vendorFor, type TokenSet, type TokenStore } from '../portal/index.ts';
import { visible } from '../render/index.ts';
import { placesOf } from '../settings/index.ts';
import { proofFor } from './client-proof.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import type { PortalAccess } from './portal-access.ts';
import { systemRefusal } from './system-refusal.ts';

/** How long one process waits for another that renews the same sign-in. */
const patienceMs = 60_000;

/**
 * How the tokens of a portal are renewed: by one process at a time, and kept on disk before they are used, for the old
 * refresh token may be dead by then. Where another process has renewed them meanwhile, its tokens are taken: a refresh
 * token that is good once must not be sent twice.
 *
 * @param store - where the tokens are kept; undefined for a sign-in that is forgotten at the end.
 */
export function renewer(
  access: PortalAccess,
  store: TokenStore | undefined,
  input: CommandInput,
  context: Context,
): (old: TokenSet) => Promise<TokenSet> {
  const { name, portal, http, description } = access;
  const { now, signal, err } = context;

  async function renewed(old: TokenSet): Promise<TokenSet> {
    const proof = await proofFor(
      { name, portal, kept: old, vendor: vendorFor(description, portal.vendor) },
      input,
      context,
    );
    const tokens = await refresh(http, description, old, { proof, now, signal });
    await store?.write(name, tokens);
    const lost = (tokens.scopesLost ?? []).filter((scope) => !(old.scopesLost ?? []).includes(scope));
    if (lost.length > 0) {
      err.write(`${name} no longer grants: ${visible(lost.join(', '))}. What it covered will be missing.\n`);
    }
    return tokens;
  }

  return async (old) => {
    if (store === undefined) return renewed(old);
    const release = await lockRenewal(name, context);
    try {
      const kept = await store.read(name);
      const isNewer = kept?.baseUrl === old.baseUrl && kept.accessToken !== old.accessToken;
      if (isNewer && kept.patientId !== old.patientId) throw signedInAsAnother(name);
      if (isNewer && !isLapsing(kept, now())) return kept;
      return await renewed(isNewer ? kept : old);
    } finally {
      await release();
    }
  };
}

function signedInAsAnother(name: string): BlueButtonError {
  return new BlueButtonError('other-person', `${name} was signed in to for another patient meanwhile.`, {
    why: 'The new sign-in is for another record than the one this command began with; two must never mix.',
    try: 'the same command again',
  });
}

/**
 * Takes the right to change the kept sign-in of a portal, waiting for another process that has it.
 *
 * @returns what gives it back.
 * @throws BlueButtonError `temporary` when the other does not end, `failed` where sign-ins cannot be written.
 */
export async function lockRenewal(
  name: string,
  { env, program, now }: Context,
): Promise<() => Promise<void>> {
  const folder = join(placesOf(env).state, 'tokens');
  const path = join(folder, `${name}.lock`);
  const taken = await takeIn(folder, path, { ...program, now });
  if ('lock' in taken) return taken.lock.release;
  throw new BlueButtonError(
    'temporary',
    `Another bluebutton (process ${taken.heldBy.pid}) is renewing the sign-in of ${name}.`,
    {
      why: `${path} says so; it was made at ${taken.heldBy.started}.`,
      try: `wait until it is done. If no bluebutton runs any more, delete ${path}`,
    },
  );
}

async function takeIn(folder: string, path: string, holder: LockHolder): ReturnType<typeof takeLock> {
  try {
    await makeDirectory(folder);
    return await takeLock(path, holder, { waitMs: patienceMs });
  } catch (thrown) {
    const next = 'put right the permissions of that folder, or the disk, and run the same command again';
    throw systemRefusal(`The saved sign-ins in ${folder} cannot be written.`, thrown, next);
  }
}

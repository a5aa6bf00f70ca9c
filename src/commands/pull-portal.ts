import { beginPull, listPeople, type PullResult } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { Element, identityOf, type PersonIdentity } from '../model/index.ts';
import {
  pull,
  readPatient,
  refresh,
  type Http,
  type PullProgress,
  type TokenSet,
  type TokenStore,
} from '../portal/index.ts';
import type { NamedPortal } from '../settings/index.ts';
import { folderFor } from './archive-person.ts';
import { softwareName, type ArchiveWriter } from './archive-writer.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { keptTokens, reachPortal, signInAt, whoText, type PortalAccess } from './portal-access.ts';

/** One portal of a pull. */
export interface PullTask {
  name: string;
  portal: NamedPortal;
  http: Http;
  archive: ArchiveWriter;
}

/** What a pull from one portal brought. */
export interface PortalPull extends PullResult {
  name: string;
  who: string;
}

/** Pulls one portal's record of one person into the archive; everything of it, or nothing. */
export async function pullPortal(task: PullTask, input: CommandInput, context: Context): Promise<PortalPull> {
  const { name, portal, http } = task;
  const progress = progressFor(name, input, context);
  const access = await reachPortal(name, portal, http, input, context);
  const { tokens, store } = await accessTokens(access, input, context);
  const renew = renewer(access, store, context);
  const { current, identity } = await accepted(http, tokens, renew, context);
  const { patientId } = current;
  if (patientId === undefined) {
    throw new BlueButtonError('login-needed', `${name} did not say whose record this sign-in is for.`, {
      why: 'The sign-in carries no patient id.',
      try: `bluebutton login ${name} --token-store file`,
    });
  }
  const { baseUrl, fhirVersion } = access.description;
  const { archive, lock } = await task.archive.open();
  const person = folderFor(await listPeople(archive), identity, input, { baseUrl, patientId });
  const draft = await beginPull(archive, lock, {
    ...(person !== undefined && { person }),
    identity,
    portal: { name, baseUrl, fhirVersion, patientId },
    software: softwareName(context),
    now: context.now,
  });
  try {
    const items = pull({
      http,
      description: access.description,
      tokens: current,
      patientId,
      now: context.now,
      renew,
      onProgress: progress,
      signal: context.signal,
    });
    for (;;) {
      const step = await items.next();
      if (step.done === true) {
        context.signal.throwIfAborted();
        return { name, who: whoText(identity, patientId), ...(await draft.finish(step.value)) };
      }
      await draft.add(step.value);
    }
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

/** Kept tokens, or with `--token-store memory` a sign-in made now and forgotten at the end. */
async function accessTokens(
  access: PortalAccess,
  input: CommandInput,
  context: Context,
): Promise<{ tokens: TokenSet; store: TokenStore | undefined }> {
  if (textOption(input, 'tokenStore') === 'memory') {
    return { tokens: (await signInAt(access, input, context)).tokens, store: undefined };
  }
  const store = keptTokens(context);
  const tokens = await store.read(access.name);
  if (tokens?.baseUrl === access.description.baseUrl) return { tokens, store };
  throw new BlueButtonError('login-needed', `You are not signed in to ${access.name}.`, {
    ...(tokens && { why: `The sign-in that is kept is for another address, ${tokens.baseUrl}.` }),
    try: `bluebutton login ${access.name} --token-store file`,
  });
}

/** Renews tokens and keeps the new ones on disk before they are used: the old refresh token may be dead by then. */
function renewer(
  { name, http, description }: PortalAccess,
  store: TokenStore | undefined,
  { now, signal }: Context,
): (old: TokenSet) => Promise<TokenSet> {
  return async (old) => {
    const renewed = await refresh(http, description, old, { now, signal });
    await store?.write(name, renewed);
    return renewed;
  };
}

function isExpired({ expires, refreshToken }: TokenSet, now: Date): boolean {
  const margin = 60_000;
  return expires !== undefined && refreshToken !== undefined && Date.parse(expires) - margin < now.getTime();
}

/** Tokens the portal accepts, renewed once where it must be, and who it says they are for. */
async function accepted(
  http: Http,
  tokens: TokenSet,
  renew: (old: TokenSet) => Promise<TokenSet>,
  { now, signal }: Context,
): Promise<{ current: TokenSet; identity: PersonIdentity }> {
  const identityBy = async (current: TokenSet): Promise<PersonIdentity> => {
    const patient = await readPatient(http, current, signal);
    return patient ? identityOf(new Element(patient, () => undefined)) : {};
  };
  const current = isExpired(tokens, now()) ? await renew(tokens) : tokens;
  try {
    return { current, identity: await identityBy(current) };
  } catch (thrown) {
    const isRefused = thrown instanceof BlueButtonError && thrown.code === 'login-needed';
    if (!isRefused || current !== tokens) throw thrown;
    const renewed = await renew(tokens);
    return { current: renewed, identity: await identityBy(renewed) };
  }
}

/** One line that changes in place on a terminal; elsewhere nothing, the report at the end says it all. */
function progressFor(name: string, input: CommandInput, { err }: Context): (progress: PullProgress) => void {
  if (flagOption(input, 'quiet') || !err.isTerminal) return () => undefined;
  return ({ query, step, of, row }) => {
    const text = `${name}: ${step} of ${of} · ${query}`.slice(0, err.width - 1);
    err.write(row === undefined ? `\r\u001B[K${text}` : '\r\u001B[K');
  };
}

import {
  beginPull,
  BrokenOffPull,
  listPeople,
  type Archive,
  type PullDraft,
  type PullResult,
} from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import type { Ledger, LedgerRow, PersonIdentity, Pulled } from '../model/index.ts';
import {
  isLapsing,
  pull,
  type Http,
  type PlanOptions,
  type PullProgress,
  type TokenSet,
  type TokenStore,
} from '../portal/index.ts';
import { placesOf, writeLastCheck, type NamedPortal } from '../settings/index.ts';
import { archiveFor, folderFor } from './archive-person.ts';
import { softwareName, type ArchiveWriter } from './archive-writer.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { errorText } from './error-text.ts';
import { keptSignIn, keptTokens, loginAgain } from './kept-sign-ins.ts';
import { reachPortal, whoText, withSignInCommand, type PortalAccess } from './portal-access.ts';
import { identityAt } from './portal-patient.ts';
import { noPatient } from './pull-plan.ts';
import { noteSync, planOptions, SyncWatch } from './pull-sync.ts';
import { renewer } from './renewal.ts';
import { settingOf } from './setting.ts';
import { signInAt } from './sign-in-at.ts';

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
  /** What the sign-in was granted and a renewal no longer grants. */
  scopesLost: string[];
}

/**
 * Pulls one portal's record of one person into the archive; everything of it, or nothing.
 *
 * @throws BlueButtonError `temporary` when the portal answered nothing: then no archive is made, and no bag.
 */
export async function pullPortal(task: PullTask, input: CommandInput, context: Context): Promise<PortalPull> {
  const signInAgain =
    (await settingOf('token-store', input, context)) === 'memory'
      ? `bluebutton pull ${task.name} --token-store memory`
      : await loginAgain(task.name, context);
  return withSignInCommand(signInAgain, () => pullIntoArchive(task, input, context));
}

async function pullIntoArchive(task: PullTask, input: CommandInput, context: Context): Promise<PortalPull> {
  const { name, portal, http } = task;
  const progress = progressFor(name, input, context);
  const access = await reachPortal(name, portal, http, input, context);
  const { tokens, store } = await accessTokens(access, input, context);
  const renew = renewer(access, store, input, context);
  const { current, identity } = await accepted(access, tokens, renew, context);
  const { patientId } = current;
  if (patientId === undefined) throw noPatient(name, await loginAgain(name, context));
  const { baseUrl, fhirVersion } = access.description;
  const scopes = current.scopesGranted.toSorted().join(' ');
  const about = { baseUrl, fhirVersion, patientId, scopes };
  const directory = await archiveFor(input, context);
  const answers = await BrokenOffPull.find(directory, name, about, context.now());
  if (answers.left > 0 && !flagOption(input, 'quiet'))
    context.err.write(`${name}: goes on from a pull that was broken off.\n`);
  const { plan, points } = await planOptions({ baseUrl, patientId }, portal.vendor, input, context);
  let latest = current;
  const bring = (asked: PlanOptions): Promise<Kept | undefined> => {
    const watch = new SyncWatch(points);
    const items = pull({
      http,
      description: access.description,
      tokens: latest,
      patientId,
      now: context.now,
      renew: async (old) => (latest = await renew(old)),
      onProgress: progress,
      signal: context.signal,
      plan: asked,
      onSearched: watch.searched,
      answers,
    });
    return keepItems({ task, access, patientId, identity, items, watch, answers }, input, context);
  };
  let kept: Kept | undefined;
  try {
    kept = await bring(plan);
    // What an earlier pull was answered may not fit what the portal says now: addresses of further pages lapse.
    const isStale = answers.taken > 0 && kept === undefined;
    if (isStale) {
      answers.forget();
      kept = await bring(plan);
    }
    // What is new may be what is held under another id, or in an older release: only everything can tell.
    kept ??= await bring({ ...plan, since: {} });
    await answers.end();
  } finally {
    await answers.close();
  }
  if (kept === undefined) throw new TypeError('a pull of everything tells what was renumbered');
  const { result, archive, source, watch } = kept;
  if (source !== undefined) {
    const note = async (): Promise<void> => {
      const { ledger } = result;
      await writeLastCheck(placesOf(context.env), archive.directory, source, ledger.finished);
      await noteSync(watch, { baseUrl, patientId }, archive, ledger, context);
    };
    await noteSafely(note, context);
  }
  return { name, who: whoText(identity, patientId), scopesLost: latest.scopesLost ?? [], ...result };
}

/** A pull under way. */
interface Bringing {
  task: PullTask;
  access: PortalAccess;
  patientId: string;
  identity: PersonIdentity;
  items: AsyncGenerator<Pulled, Ledger>;
  watch: SyncWatch;
  answers: BrokenOffPull;
}

interface Kept {
  result: PullResult;
  archive: Archive;
  /** The source's path in the archive. */
  source: string | undefined;
  watch: SyncWatch;
}

/**
 * Keeps a pull in the archive. Undefined, and nothing kept, where only a pull of everything can tell what came, or one
 * that goes on from no earlier one.
 */
async function keepItems(
  { task, access, patientId, identity, items, watch, answers }: Bringing,
  input: CommandInput,
  context: Context,
): Promise<Kept | undefined> {
  const { name } = task;
  const { baseUrl, fhirVersion } = access.description;
  const first = await items.next();
  if (first.done === true) refuseUnanswered(name, first.value);
  context.signal.throwIfAborted();
  const { archive, lock } = await task.archive.open();
  await answers.begin();
  const people = await listPeople(archive);
  const person = folderFor(people, identity, input, { baseUrl, patientId });
  const draft = await beginPull(archive, lock, {
    ...(person !== undefined && { person }),
    identity,
    portal: { name, baseUrl, fhirVersion, patientId },
    software: softwareName(context),
    now: context.now,
  });
  const result = await keep(draft, first, items, { watch, answers }, context);
  const known = people.find(({ folder }) => folder === person)?.sources;
  const source =
    result?.bag?.split('/').slice(0, 2).join('/') ??
    known?.find(({ description }) => description.name === name)?.path;
  return result && { result, archive, source, watch };
}

/** Puts everything a pull brings into the draft, and the draft into the archive; on any error nothing of it. */
async function keep(
  draft: PullDraft,
  first: IteratorResult<Pulled, Ledger>,
  more: AsyncGenerator<Pulled, Ledger>,
  { watch, answers }: Pick<Bringing, 'watch' | 'answers'>,
  { signal }: Context,
): Promise<PullResult | undefined> {
  try {
    for (let step = first; ; step = await more.next()) {
      if (step.done === true) {
        signal.throwIfAborted();
        const { rows } = step.value;
        const isStale = answers.taken > 0 && rows.some(isBroken);
        if (!isStale && !(await draft.needsEverything(rows))) return await draft.finish(step.value);
        await draft.discard();
        return undefined;
      }
      watch.kept(step.value, await draft.add(step.value));
    }
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

function isBroken({ outcome }: LedgerRow): boolean {
  return outcome === 'failed' || outcome === 'truncated';
}

/** Refuses a pull that brought nothing because no query of it was answered. */
function refuseUnanswered(name: string, { rows }: Ledger): void {
  const asked = rows.filter(({ pages }) => pages > 0);
  const [first] = asked;
  if (first === undefined || asked.some(({ outcome }) => outcome !== 'failed')) return;
  throw new BlueButtonError('temporary', `${name} answered nothing it was asked. Nothing was kept.`, {
    why: first.reason ?? 'It gave no reason.',
    try: `bluebutton pull ${name}, some time later`,
  });
}

/** Notes when a source was last pulled, and how far. What was pulled is safe by then, whatever comes of the note. */
async function noteSafely(note: () => Promise<void>, { err }: Context): Promise<void> {
  try {
    await note();
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    err.write(`The time of this pull could not be noted for status. ${errorText(thrown)}`);
  }
}

/** Kept tokens, or with `--token-store memory` a sign-in made now and forgotten at the end. */
async function accessTokens(
  access: PortalAccess,
  input: CommandInput,
  context: Context,
): Promise<{ tokens: TokenSet; store: TokenStore | undefined }> {
  if ((await settingOf('token-store', input, context)) === 'memory') {
    return { tokens: (await signInAt(access, undefined, input, context)).tokens, store: undefined };
  }
  const tokens = await keptSignIn(access.name, access.description.baseUrl, input, context);
  return { tokens, store: keptTokens(input, context) };
}

/** Tokens the portal accepts, renewed once where it must be, and who it says they are for. */
async function accepted(
  access: PortalAccess,
  tokens: TokenSet,
  renew: (old: TokenSet) => Promise<TokenSet>,
  { now, signal }: Context,
): Promise<{ current: TokenSet; identity: PersonIdentity }> {
  const current = isLapsing(tokens, now()) ? await renew(tokens) : tokens;
  try {
    return { current, identity: await identityAt(access, current, signal) };
  } catch (thrown) {
    const isRefused = thrown instanceof BlueButtonError && thrown.code === 'login-needed';
    if (!isRefused || current !== tokens) throw thrown;
    const renewed = await renew(tokens);
    return { current: renewed, identity: await identityAt(access, renewed, signal) };
  }
}

/** One line that changes in place on a terminal that can; elsewhere nothing, the report at the end says it all. */
function progressFor(
  name: string,
  input: CommandInput,
  { err, env }: Context,
): (progress: PullProgress) => void {
  if (flagOption(input, 'quiet') || flagOption(input, 'verbose') || !err.isTerminal || env['TERM'] === 'dumb')
    return () => undefined;
  return ({ query, step, of, row }) => {
    const text = `${name}: ${step} of ${of} · ${query}`.slice(0, err.width - 1);
    err.write(row === undefined ? `\r\u001B[K${text}` : '\r\u001B[K');
  };
}

import {
  forget,
  listPeople,
  openArchive,
  planForgetting,
  readState,
  type Archive,
  type ForgetPlan,
  type PersonFolder,
} from '../archive/index.ts';
import { BlueButtonError, nearestWord, shellWord } from '../errors/index.ts';
import { visible } from '../render/index.ts';
import { forgetLastCheck, forgetSyncPoints, placesOf } from '../settings/index.ts';
import { archiveFor, personCalled } from './archive-person.ts';
import { archiveWriter } from './archive-writer.ts';
import { flagOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { keptKind } from './kept-sign-ins.ts';

/**
 * Takes a person, or one source of theirs, out of the archive, once it was told what goes and the name was typed again
 * (or `--yes` said so). Tokens, other copies of the archive and the portals keep what they have, which is told.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [named = ''] = input.arguments;
  const archive = await openArchive(await archiveFor(input, context));
  const { person, plan } = await planFor(archive, named);
  const sources = await summaries(archive, person, plan);
  const lines = sources.map((source) => `  ${source.path}: ${summaryText(source)}\n`);
  context.err.write(`To be deleted from ${visible(archive.directory)}, for good:\n${lines.join('')}`);
  context.err.write('Other copies of the archive keep it, and so do the portals and files it came from.\n');
  await confirm(plan.path, input, context);
  const writer = archiveWriter(input, context);
  try {
    const { lock } = await writer.open();
    const now = await planFor(archive, named);
    if (bagsOf(now.plan) !== bagsOf(plan)) {
      throw new BlueButtonError('temporary', `${plan.path} has changed meanwhile, and was not touched.`, {
        why: 'Another command wrote to it: more would go than was told.',
        try: 'the same command again',
      });
    }
    // First: without it the next pull asks for everything, and that is right before the rename and after it.
    for (const { path } of plan.sources) await forgetState(archive, path, context);
    await forget(archive, lock, plan);
  } finally {
    await writer.release();
  }
  const signIns = await signInsOf(plan, context);
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/forget/1', forgotten: plan.path, sources, signInsKept: signIns };
    context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  context.out.write(`${plan.path} is no longer in the archive.\n`);
  for (const name of signIns) {
    const word = shellWord(name);
    context.out.write(
      `The sign-in to ${visible(name)} stays, and bluebutton pull ${word} would bring the record back. To end it: bluebutton logout ${word}\n`,
    );
  }
  return 'done';
}

/** @throws BlueButtonError `usage` when the words name nobody and nothing, or not clearly. */
async function planFor(archive: Archive, named: string): Promise<{ person: PersonFolder; plan: ForgetPlan }> {
  const people = await listPeople(archive);
  const [who = '', ...rest] = named.replace(/\/+$/, '').split('/');
  const person = personCalled(who, people);
  const wanted = rest.join('/');
  const source = person?.sources.find(({ folder }) => folder === wanted);
  if (person !== undefined && (wanted === '' || source !== undefined))
    return { person, plan: await planForgetting(archive, person, source) };
  const known = people.flatMap(({ folder, sources }) => [folder, ...sources.map(({ path }) => path)]);
  const ofThatName = known.filter((path) => path.endsWith(`/${named}`));
  const meant = ofThatName[0] ?? nearestWord(named, known) ?? known[0];
  throw new BlueButtonError('usage', `The archive holds no person or source ${JSON.stringify(named)}.`, {
    why: known.length === 0 ? 'It holds nobody.' : `It holds ${known.join(', ')}.`,
    try: meant === undefined ? 'bluebutton status' : `bluebutton forget ${meant}`,
  });
}

interface SourceSummary {
  path: string;
  bags: number;
  /** Present and vanished ones; null where the archive is damaged there. */
  resources: number | null;
  documents: number;
  /** Days (UTC) of the first and the last bag. */
  from: string;
  to: string;
}

async function summaries(
  archive: Archive,
  person: PersonFolder,
  { sources }: ForgetPlan,
): Promise<SourceSummary[]> {
  const found: SourceSummary[] = [];
  for (const source of sources) {
    const state = await readState(archive, { ...person, sources: [source] });
    let resources: number | null = 0;
    try {
      for await (const _resource of state.resources()) resources += 1;
    } catch (thrown) {
      if (!(thrown instanceof BlueButtonError && thrown.code === 'archive-damaged')) throw thrown;
      resources = null;
    }
    found.push({
      path: source.path,
      bags: source.bags.length,
      resources,
      documents: state.documents.length,
      from: source.bags[0]?.date ?? '',
      to: source.bags.at(-1)?.date ?? '',
    });
  }
  return found;
}

function summaryText({ bags, resources, documents, from, to }: SourceSummary): string {
  const held = resources === null ? 'resources that are damaged' : counted(resources, 'resource');
  const span = from === to ? `of ${from}` : `of ${from} to ${to}`;
  return `${counted(bags, 'bag')} ${span}, ${held}, ${counted(documents, 'document')}`;
}

async function confirm(path: string, input: CommandInput, context: Context): Promise<void> {
  if (flagOption(input, 'yes')) return;
  const canAsk = input.options['input'] !== false;
  const typed = canAsk ? await context.ask(`Type ${path} to delete it: `) : undefined;
  if (typed?.trim() === path) return;
  throw new BlueButtonError('usage', 'Nothing was deleted.', {
    why: typed === undefined ? 'Nobody said that it is meant.' : 'What was typed is not the name.',
    try: `bluebutton forget ${path} at a terminal; or with --yes, which asks nothing`,
  });
}

function bagsOf({ sources }: ForgetPlan): string {
  return sources.flatMap(({ bags }) => bags.map(({ path }) => path)).join('\n');
}

async function forgetState({ directory }: Archive, source: string, { env }: Context): Promise<void> {
  const places = placesOf(env);
  await forgetLastCheck(places, directory, source);
  await forgetSyncPoints(places, directory, source);
}

/** The portals of what went to which a sign-in is still kept. */
async function signInsOf({ sources }: ForgetPlan, context: Context): Promise<string[]> {
  const names: string[] = [];
  for (const { description } of sources) {
    const isKept = description.kind === 'portal' && (await keptKind(description.name, context)) !== undefined;
    if (isKept) names.push(description.name);
  }
  return names;
}

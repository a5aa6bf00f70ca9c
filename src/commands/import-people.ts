import { findPerson, type PersonFolder } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { birthDatesContradict, isSamePerson, type PersonIdentity } from '../model/index.ts';
import { folderFor, personOption } from './archive-person.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { counted } from './counted.ts';
import type { Candidate } from './import-candidate.ts';
import { whoText } from './portal-access.ts';
import { askYes } from './questions.ts';

/** Files that go to one person. */
export interface Filing {
  /** The person's folder in the archive, or a name to make one by; undefined lets the archive name it. */
  person: string | undefined;
  identity: PersonIdentity;
  candidates: Candidate[];
}

/** A file that is not kept, and why. */
export interface NotKept {
  name: string;
  refusal: BlueButtonError;
  /** What it is, for one that was read. */
  candidate?: Candidate;
}

/** Whose each file is. */
export interface FilingPlan {
  filings: Filing[];
  notKept: NotKept[];
}

/**
 * Decides whose folder each file goes to. Nothing is ever filed under somebody it does not name without a person saying
 * so: with `--person`, or by an answer at the terminal.
 *
 * @throws BlueButtonError `usage` or `other-person` when nobody can say whose the files are, or when none could be kept.
 */
export async function planFilings(
  candidates: readonly Candidate[],
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<FilingPlan> {
  const named = personOption(input);
  if (named !== undefined) return filedUnder(named, candidates, people, input);
  const held = heldFilings(candidates);
  const fresh = candidates.filter(({ heldBy }) => heldBy === undefined);
  const plan = await planNew(fresh, people, input, context).catch((thrown: unknown): FilingPlan => {
    // Where some files are in the archive already, the others are left out.
    if (held.length === 0 || !(thrown instanceof BlueButtonError)) throw thrown;
    return {
      filings: [],
      notKept: fresh.map((candidate) => ({ name: candidate.name, refusal: thrown, candidate })),
    };
  });
  return { ...plan, filings: [...held, ...plan.filings] };
}

/** What the archive holds stays where a person once put it. */
function heldFilings(candidates: readonly Candidate[]): Filing[] {
  const folders = new Set(candidates.flatMap(({ heldBy }) => heldBy ?? []));
  return [...folders].map((person) => ({
    person,
    identity: {},
    candidates: candidates.filter(({ heldBy }) => heldBy === person),
  }));
}

async function planNew(
  candidates: readonly Candidate[],
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<FilingPlan> {
  const groups = groupsOf(candidates);
  const nameless = candidates.filter(({ identity }) => identity === undefined);
  const [first, ...others] = groups;
  if (first === undefined) return namelessOnly(nameless, people, input, context);
  const filings =
    others.length === 0
      ? [await filingOf(first, people, input, context)]
      : await filingsOf(groups, people, input, context);
  const notKept: NotKept[] = [];
  const [only] = filings;
  const who = only && filings.length === 1 ? whoText(only.identity, undefined) : undefined;
  const isTheirs =
    nameless.length > 0 &&
    who !== undefined &&
    (await askYes(`${saysNothing(nameless)} File under ${who} too?`, input, context)) === true;
  if (isTheirs) only?.candidates.push(...nameless);
  else
    notKept.push(
      ...nameless.map((candidate) => ({
        name: candidate.name,
        refusal: namelessRefusal(candidate),
        candidate,
      })),
    );
  return { filings, notKept };
}

/** Files of one person: the same identity, or the same person by it. */
interface Group {
  identity: PersonIdentity;
  candidates: Candidate[];
}

function groupsOf(candidates: readonly Candidate[]): Group[] {
  const groups: (Group & { identities: PersonIdentity[] })[] = [];
  for (const candidate of candidates) {
    const { identity } = candidate;
    if (identity === undefined) continue;
    const text = JSON.stringify(identity);
    // Everything of a group is one person: a vague "J. Doe" joins neither of a Jane and a Joan.
    const alike = groups.filter(({ identities }) =>
      identities.every((other) => isSamePerson(identity, other) || JSON.stringify(other) === text),
    );
    const [group] = alike;
    if (group !== undefined && alike.length === 1) {
      group.candidates.push(candidate);
      group.identities.push(identity);
    } else groups.push({ identity, candidates: [candidate], identities: [identity] });
  }
  return groups;
}

/** The person said whose they are: what is clearly about somebody else is left out all the same. */
function filedUnder(
  named: string,
  candidates: readonly Candidate[],
  people: readonly PersonFolder[],
  input: CommandInput,
): FilingPlan {
  const described = candidates.flatMap(({ identity }) => identity ?? []);
  const person = folderFor(people, described[0] ?? {}, input);
  const known = people.find(({ folder }) => folder === person)?.identities ?? described.slice(0, 1);
  const isOther = ({ identity = {} }: Candidate): boolean =>
    known.some((other) => birthDatesContradict(identity, other));
  const theirs = candidates.filter((candidate) => !isOther(candidate));
  const notKept = candidates.filter(isOther).map((candidate) => ({
    name: candidate.name,
    candidate,
    refusal: new BlueButtonError('other-person', `${candidate.name} is about somebody else than ${named}.`, {
      why: `It is about ${whoText(candidate.identity ?? {}, undefined)}: the birth date is another one.`,
      try: `bluebutton import ${candidate.name} --person "${candidate.identity?.name ?? 'FULL NAME'}"`,
    }),
  }));
  const [refused] = notKept;
  if (theirs.length === 0 && refused) throw refused.refusal;
  const stated = theirs.flatMap(({ identity }) => identity ?? [])[0];
  // Files that name nobody say nothing of who a person the archive knows is; a new person is called what was typed.
  const isKnown = people.some(({ folder }) => folder === person);
  return {
    filings: [{ person, identity: stated ?? (isKnown ? {} : { name: named }), candidates: theirs }],
    notKept,
  };
}

async function filingOf(
  { identity, candidates }: Group,
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<Filing> {
  try {
    return { person: folderFor(people, identity, input), identity, candidates };
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError) || thrown.code !== 'other-person') throw thrown;
    const { name } = identity;
    const question = `${thrown.message} ${thrown.why} Make a new folder for ${whoText(identity, undefined)}?`;
    if (name === undefined || (await askYes(question, input, context)) !== true) throw thrown;
    return { person: name, identity, candidates };
  }
}

/** Of several people, those the archive knows are filed as they are; of a new one a person is asked first. */
async function filingsOf(
  groups: readonly Group[],
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<Filing[]> {
  const folders = groups.map(({ identity }) => findPerson(people, identity)?.folder);
  const listed = groups.map(
    ({ identity, candidates }) => `${whoText(identity, undefined)} (${counted(candidates.length, 'file')})`,
  );
  const isKnown = folders.every((folder) => folder !== undefined);
  const question = `These files are about ${groups.length} people: ${listed.join('; ')}. File each under a folder of their own?`;
  if (!isKnown && (await askYes(question, input, context)) !== true) {
    throw new BlueButtonError('usage', 'These files are about different people.', {
      why: `${listed.join('; ')}.`,
      try: 'import the files of each person on their own, or with --person "FULL NAME"',
    });
  }
  return groups.map(({ identity, candidates }, index) => ({
    person: folders[index] ?? identity.name,
    identity,
    candidates,
  }));
}

async function namelessOnly(
  candidates: readonly Candidate[],
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<FilingPlan> {
  const [first] = candidates;
  if (first === undefined) return { filings: [], notKept: [] };
  const [person] = people;
  if (person && people.length === 1) {
    const question = `${saysNothing(candidates)} File under ${person.folder}?`;
    if ((await askYes(question, input, context)) === true)
      return { filings: [{ person: person.folder, identity: {}, candidates: [...candidates] }], notKept: [] };
  }
  throw namelessRefusal(first);
}

function saysNothing(candidates: readonly Candidate[]): string {
  const [first] = candidates;
  const more = candidates.length > 1 ? ` and ${candidates.length - 1} more do` : ' does';
  return `${first?.name ?? ''}${more} not say whose record it is.`;
}

function namelessRefusal({ name, document }: Candidate): BlueButtonError {
  return new BlueButtonError('usage', `${name} does not say whose record it is.`, {
    why:
      document === undefined
        ? 'It holds no Patient resource with a name and birth date.'
        : 'It is kept as a document, without being read.',
    try: `bluebutton import ${name} --person "FULL NAME"`,
  });
}

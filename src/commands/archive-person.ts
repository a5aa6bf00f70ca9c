import {
  findPerson,
  listPeople,
  openArchive,
  type Archive,
  type PersonFolder,
  type PortalPatient,
} from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import type { PersonIdentity } from '../model/index.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { settingOf } from './setting.ts';

/** The folder of the archive a command means, absolute. */
export async function archiveFor(input: CommandInput, context: Context): Promise<string> {
  return (await settingOf('archive', input, context)) ?? '';
}

/**
 * The person a command means: the one `--person` names (folder or full name), else the only one in the archive.
 *
 * @throws BlueButtonError `no-archive`, or `usage` when it is not clear who is meant.
 */
export async function choosePerson(
  input: CommandInput,
  context: Context,
): Promise<{ archive: Archive; person: PersonFolder }> {
  const archive = await openArchive(await archiveFor(input, context));
  const people = await listPeople(archive);
  const wanted = personOption(input);
  const candidates = wanted === undefined ? people : people.filter((person) => isCalled(person, wanted));
  const [person] = candidates;
  if (person && candidates.length === 1) return { archive, person };
  const known = people.map((each) => `  ${each.folder}  ${namesOf(each).join(', ')}`.trimEnd()).join('\n');
  if (people.length === 0) {
    throw new BlueButtonError('no-archive', 'The archive holds nobody yet.', {
      why: 'Nothing has been imported into it or pulled.',
      try: 'bluebutton import FILE',
    });
  }
  throw new BlueButtonError(
    'usage',
    wanted === undefined ? `The archive holds ${people.length} people.` : `It is not clear who ${wanted} is.`,
    {
      why: known,
      try: `the same command with --person ${people[0]?.folder ?? 'NAME'}`,
    },
  );
}

/**
 * The folder a new record goes to: the person `--person` names (new, when nobody in the archive is called that), else
 * the one the record is about; in an empty archive, a new one. Undefined lets the archive name the folder.
 *
 * @throws BlueButtonError `other-person` when the record is about nobody the archive knows: only a person decides that
 * somebody else's record belongs in it.
 */
export function folderFor(
  people: readonly PersonFolder[],
  identity: PersonIdentity,
  input: CommandInput,
  portal?: PortalPatient,
): string | undefined {
  const named = personOption(input);
  if (named !== undefined) return personCalled(named, people)?.folder ?? named;
  const found = findPerson(people, identity, portal)?.folder;
  if (found !== undefined || people.length === 0) return found;
  throw new BlueButtonError('other-person', 'This record is not about anybody the archive holds.', {
    why: `It is about ${whoseText(identity)}. The archive holds ${people.map(knownText).join('; ')}.`,
    try: `the same command with --person ${people[0]?.folder ?? 'FOLDER'} if they are one person, else with --person ${shellWord(newName(identity, people))} for a folder of their own`,
  });
}

/**
 * The person of the archive whom a word names: by folder, else by full name; undefined for nobody.
 *
 * @throws BlueButtonError `usage` when it names several.
 */
export function personCalled(named: string, people: readonly PersonFolder[]): PersonFolder | undefined {
  const folder = people.find((person) => person.folder === named.toLowerCase());
  const [found, ...more] = people.filter((person) => isCalled(person, named));
  if (folder !== undefined || more.length === 0) return folder ?? found;
  throw new BlueButtonError('usage', `It is not clear who ${named} is.`, {
    why: people
      .filter((person) => isCalled(person, named))
      .map(knownText)
      .join('; '),
    try: `the same command with --person ${found?.folder ?? 'FOLDER'}, the name of a folder`,
  });
}

/** An identity in words: `Jane Doe, born 1975-05-01`. */
export function whoseText({ name, birthDate }: PersonIdentity): string {
  const born = birthDate === undefined ? 'no birth date stated' : `born ${birthDate}`;
  return `${name ?? 'somebody it does not name'}, ${born}`;
}

/** A person of the archive in words, by folder: two may have one name. */
export function knownText({ folder, identities }: PersonFolder): string {
  const told = identities.find(({ name }) => name !== undefined) ?? identities[0];
  return told === undefined ? folder : `${folder} (${whoseText(told)})`;
}

/** A name that makes a folder of its own, also where somebody else of that name has one. */
export function newName({ name, birthDate }: PersonIdentity, people: readonly PersonFolder[]): string {
  const isTaken = name !== undefined && people.some((person) => isCalled(person, name));
  return isTaken && birthDate !== undefined ? `${name} ${birthDate}` : (name ?? 'FULL NAME');
}

/**
 * Whom `--person` names.
 *
 * @throws BlueButtonError `usage` when it names nobody: an empty word is most likely a variable that is not set.
 */
export function personOption(input: CommandInput): string | undefined {
  const named = textOption(input, 'person');
  if (named === undefined || /[\p{L}\p{N}]/u.test(named)) return named;
  throw new BlueButtonError('usage', '--person was given without a name.', {
    why: 'A name has letters.',
    try: 'the same command with --person "FULL NAME"',
  });
}

function isCalled(person: PersonFolder, wanted: string): boolean {
  const folded = wanted.toLowerCase();
  return person.folder === folded || namesOf(person).some((name) => name.toLowerCase() === folded);
}

function namesOf({ identities }: PersonFolder): string[] {
  return [...new Set(identities.flatMap(({ name }) => name ?? []))];
}

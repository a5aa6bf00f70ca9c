import { readdir } from 'node:fs/promises';
import { BlueButtonError } from '../errors/index.ts';
import { birthDatesContradict, type PersonIdentity } from '../model/index.ts';
import type { Archive } from './archive.ts';
import { holdsPatient } from './identity.ts';
import { listPeople, type PersonFolder, type SourceFolder } from './people.ts';
import { slug } from './slug.ts';
import { sameBaseUrl, type SourceDescription } from './source-file.ts';

/** Where a new bag goes. */
export interface Filing {
  /** Folder names. */
  person: string;
  source: string;
  isNewPerson: boolean;
  /** The source as it is in the archive, when it is there already. */
  existing?: SourceFolder;
  /** For `source.json`, when it is not. */
  description: SourceDescription;
}

/**
 * Decides the folders of a new bag.
 *
 * @param person The person's folder in the archive, or a name to make one by; without it a new folder is made, named
 * after the person described.
 * @throws BlueButtonError `other-person` when the record is somebody else's, `usage` when the source's name is taken.
 */
export async function fileUnder(
  archive: Archive,
  person: string | undefined,
  description: SourceDescription,
): Promise<Filing> {
  const people = await listPeople(archive);
  const known = person === undefined ? undefined : people.find(({ folder }) => folder === slug(person));
  refuseOtherPerson(people, known, description);
  const source = sourceFolderName(description);
  const existing = known?.sources.find(({ folder }) => folder === source);
  if (existing !== undefined) refuseOtherSource(existing.description, description);
  else refuseSecondName(known, description);
  return {
    person: known?.folder ?? (await freeFolder(archive, slug(person ?? description.person.name ?? ''))),
    source,
    isNewPerson: known === undefined,
    description,
    ...(existing === undefined ? {} : { existing }),
  };
}

function refuseOtherPerson(
  people: readonly PersonFolder[],
  known: PersonFolder | undefined,
  description: SourceDescription,
): void {
  if (description.kind === 'portal') {
    const owner = people.find((person) => holdsPatient(person, description));
    if (owner !== undefined && owner.folder !== known?.folder) {
      throw new BlueButtonError(
        'other-person',
        `This portal's record is already filed under ${owner.folder}.`,
        {
          why: 'One patient of one portal is one person.',
          try: `Add --person ${owner.folder}`,
        },
      );
    }
  }
  if (known === undefined || !contradicts(known.identities, description.person)) return;
  throw new BlueButtonError('other-person', `This record is about somebody else than ${known.folder}.`, {
    why: 'The birth date stated is another one.',
    try: 'Run the same command without --person, or with --person and another name.',
  });
}

function contradicts(identities: readonly PersonIdentity[], stated: PersonIdentity): boolean {
  return identities.some((identity) => birthDatesContradict(identity, stated));
}

/** The same patient of the same portal under another name would stand in the record twice. */
function refuseSecondName(known: PersonFolder | undefined, description: SourceDescription): void {
  if (description.kind !== 'portal') return;
  const same = known?.sources.find((source) => isSamePortal(source.description, description));
  if (same === undefined) return;
  const { name } = same.description;
  throw new BlueButtonError('usage', `The archive knows this portal as ${name}.`, {
    why: 'Under a second name everything of it would be there twice.',
    try: `bluebutton portals add ${name} ${description.baseUrl} --client-id ID, and pull ${name}`,
  });
}

function isSamePortal(one: SourceDescription, other: SourceDescription): boolean {
  return (
    one.kind === 'portal' &&
    other.kind === 'portal' &&
    one.patientId === other.patientId &&
    sameBaseUrl(one.baseUrl, other.baseUrl)
  );
}

function refuseOtherSource(existing: SourceDescription, asked: SourceDescription): void {
  if (existing.kind !== 'portal' || asked.kind !== 'portal') return;
  if (!sameBaseUrl(existing.baseUrl, asked.baseUrl)) {
    throw new BlueButtonError('usage', `The archive knows another portal named ${existing.name}.`, {
      why: `That one is at ${existing.baseUrl}, this one at ${asked.baseUrl}.`,
      try: 'Give this portal another name: bluebutton portals add NAME URL',
    });
  }
  if (existing.patientId !== asked.patientId) {
    throw new BlueButtonError(
      'other-person',
      `${existing.name} gave the record of another patient than before.`,
      {
        why: 'The patient id of this sign-in is not the one this folder was made for.',
        try: 'Sign in as the person meant, or add this sign-in as a portal of another name: bluebutton portals add NAME URL',
      },
    );
  }
}

function sourceFolderName(description: SourceDescription): string {
  if (description.kind === 'files') return 'files';
  const folder = slug(description.name);
  if (folder !== '' && folder !== 'files') return folder;
  throw new BlueButtonError('usage', `A portal cannot be named ${JSON.stringify(description.name)}.`, {
    why: 'Its name becomes a folder; "files" is the folder of imports.',
    try: 'Give the portal a name of letters and digits: bluebutton portals add NAME URL',
  });
}

/** The name itself, or with the first number from 2 that makes it one nobody has. */
async function freeFolder(archive: Archive, name: string): Promise<string> {
  const wanted = name === '' ? 'person' : name;
  const taken = new Set((await readdir(archive.directory)).map((folder) => folder.toLowerCase()));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number += 1;
  return `${wanted}-${number}`;
}

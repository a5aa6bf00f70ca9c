import { BlueButtonError } from '../../errors/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity, ReadingHelp } from '../format.ts';
import { appleExportNotes } from './apple-export.ts';
import { Contents, insideHelp, type FormatOf, type MemberNote } from './contents.ts';
import { epicTables } from './epic-export.ts';
import { UnreadableMember, type UnpackingLimit } from './unpacking.ts';
import { readXdm, type XdmPackage } from './xdm.ts';
import {
  mostMembers,
  zipDirectory,
  type Unlocking,
  type ZipDirectory,
  type ZipMember,
} from './zip-members.ts';

/**
 * Everything that a zip archive holds.
 *
 * @throws BlueButtonError `not-a-health-record` when it cannot be opened or holds no record, `password-needed` when all of
 * it is protected.
 */
export async function* readZip(
  document: ByteSource,
  identity: DocumentIdentity,
  formatOf: FormatOf,
  help: ReadingHelp,
): AsyncGenerator<Reading> {
  const inner = insideHelp(help, document);
  const unlocking: Unlocking = {};
  const directory = await opened(document, inner.inside.limit, unlocking);
  await unlock(directory.members, unlocking, document, help);
  const { source } = identity;
  const xdm = await readXdm(directory.members, source);
  const isXdm = xdm.metadata.length > 0;
  const apple = isXdm ? undefined : await appleExportNotes(directory.members);
  const epic = await epicTables(directory.members);
  const container = {
    name: isXdm ? 'IHE XDM package' : apple !== undefined ? 'Apple Health export' : 'zip archive',
    members: inOrder(directory.members, xdm).filter((member) => !epic.parts.has(member)),
    notes: apple ?? new Map(xdm.documents.map(({ path, ...stated }) => [path, stated])),
    formats: epic.formats,
    ids: epic.ids,
  };
  const contents = new Contents(container, document, identity, formatOf, inner);
  yield* contents.read();
  const found = [...xdm.findings, ...missing(apple, directory, source), ...oddities(directory, source)];
  for (const finding of found) yield { finding };
}

async function opened(
  document: ByteSource,
  limit: UnpackingLimit,
  unlocking: Unlocking,
): Promise<ZipDirectory> {
  try {
    return await zipDirectory(document, limit, unlocking);
  } catch (cause) {
    if (cause instanceof UnreadableMember) throw cause;
    throw new BlueButtonError(
      'not-a-health-record',
      `${document.name} is a zip archive that cannot be opened.`,
      {
        why: 'The list of its files is damaged, or cut off at the end.',
        try: 'download it again: it may have been cut short',
        cause,
      },
    );
  }
}

const mostTries = 3;
/** A password that opens none of these opens nothing. */
const mostTried = 20;

/** Finds the password of protected members by asking for it. */
async function unlock(
  members: readonly ZipMember[],
  unlocking: Unlocking,
  { name }: ByteSource,
  { password }: ReadingHelp,
): Promise<void> {
  const locked = members.filter(({ isProtected }) => isProtected);
  if (locked.length === 0) return;
  let isWrong = false;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const given = await password?.({ name, again: isWrong });
    if (given === undefined) break;
    unlocking.password = given;
    if (await isAnyUnlocked(locked.slice(0, mostTried))) return;
    delete unlocking.password;
    unlocking.isWrong = true;
    isWrong = true;
  }
  if (locked.length < members.length) return;
  const message = isWrong
    ? `The password given does not open ${name}.`
    : `${name} is protected by a password.`;
  throw new BlueButtonError('password-needed', message, {
    why: 'All its files are protected, so nothing of it can be read.',
    try: 'run the same command on a terminal, where it asks, or with --password-file FILE',
  });
}

/** True when any of the members can be read: they may have passwords of their own, and one of them may be damaged. */
async function isAnyUnlocked(members: readonly ZipMember[]): Promise<boolean> {
  for (const { bytes } of members) {
    try {
      await bytes.read(0, 1);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof UnreadableMember)) throw thrown;
    }
  }
  return false;
}

/** What the package lists comes first, in its order; the list itself is read already. */
function inOrder(members: readonly ZipMember[], { metadata, documents }: XdmPackage): ZipMember[] {
  const listed = documents.flatMap((document) => members.find(({ path }) => path === document.path) ?? []);
  return [...new Set([...listed, ...members.filter(({ path }) => !metadata.includes(path))])];
}

/** Files that an Apple Health export names and does not hold. */
function missing(
  notes: ReadonlyMap<string, MemberNote> | undefined,
  { members }: ZipDirectory,
  source: string,
): Finding[] {
  const held = new Set(members.map(({ path }) => path));
  return [...(notes ?? [])]
    .filter(([path]) => !held.has(path))
    .map(([member]) => {
      const message = 'the export names this file and does not hold it';
      return { severity: 'lost', code: 'missing-member', message, source, member };
    });
}

function oddities({ more, links }: ZipDirectory, source: string): Finding[] {
  const findings: Finding[] = [];
  if (more) {
    const message = `the archive lists more than ${mostMembers} files; those after them were not read`;
    findings.push({ severity: 'lost', code: 'too-many-members', message, source });
  }
  for (const member of links) {
    const message = 'it is a link to another place, which no download needs; it was not followed';
    findings.push({ severity: 'warning', code: 'link', message, source, member });
  }
  return findings;
}

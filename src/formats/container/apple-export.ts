import { clinicalRecordStubs, type ClinicalRecordStub } from '../apple-health/clinical-record.ts';
import { appleHealth } from '../apple-health/format.ts';
import { headOf } from '../xml/head.ts';
import type { MemberNote } from './contents.ts';
import type { Member } from './member.ts';
import { UnreadableMember } from './unpacking.ts';

const headLength = 64 * 1024;

/**
 * What an Apple Health export says of the files beside its `export.xml`: who each FHIR file came from, and that the CDA
 * document beside it tells the same measurements again. File and folder names are in the language of the phone, so files
 * are known by their content. Undefined for an archive that is no such export.
 */
export async function appleExportNotes(
  members: readonly Member[],
): Promise<Map<string, MemberNote> | undefined> {
  const documents = members.filter(({ path }) => /^([^/]+\/)?[^/]+\.xml$/i.test(path));
  const main = await firstOf(documents, (head) => appleHealth.recognizes(head, false));
  if (main === undefined) return undefined;
  const notes = new Map<string, MemberNote>([[main.path, { isOfOwner: true }]]);
  const folder = folderOf(main.path);
  const beside = documents.filter((member) => member !== main && member.path.startsWith(folder));
  const measurements = await firstOf(beside, isOfApple);
  if (measurements) notes.set(measurements.path, { repeats: main.path });
  const hasFhir = members.some(({ path }) => /\.json$/i.test(path));
  if (!hasFhir) return notes;
  try {
    for (const [path, stub] of await clinicalRecordStubs(main.bytes))
      notes.set(`${folder}${path}`, noteOf(stub));
  } catch (thrown) {
    // Told when it is read.
    if (!(thrown instanceof UnreadableMember)) throw thrown;
  }
  // A file that the export does not name is of the same phone all the same.
  const folders = new Set(
    [...notes].flatMap(([path, { provider }]) => (provider === undefined ? [] : folderOf(path))),
  );
  for (const { path } of members)
    if (!notes.has(path) && folders.has(folderOf(path))) notes.set(path, { isOfOwner: true });
  return notes;
}

/** The CDA document that Apple Health makes of its measurements: it names itself so. */
function isOfApple(head: Uint8Array): boolean {
  return /<id\b[^>]*extension="Health Export CDA"|<title>Health Data Export<\/title>/.test(headOf(head));
}

function folderOf(path: string): string {
  return path.replace(/[^/]*$/, '');
}

function noteOf({ sourceName, sourceURL, fhirVersion }: ClinicalRecordStub): MemberNote {
  return {
    isOfOwner: true,
    ...(sourceName !== undefined && { provider: sourceName }),
    ...(sourceURL !== undefined && { url: sourceURL }),
    ...(fhirVersion !== undefined && { fhirVersion }),
  };
}

async function firstOf(
  members: readonly Member[],
  fits: (head: Uint8Array) => boolean,
): Promise<Member | undefined> {
  for (const member of members) {
    const head = await firstBytes(member);
    member.bytes.release?.();
    if (head !== undefined && fits(head)) return member;
  }
  return undefined;
}

/** The first bytes; undefined when they are damaged, which is told when the member is read. */
async function firstBytes({ bytes }: Member): Promise<Uint8Array | undefined> {
  try {
    return await bytes.read(0, headLength);
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    return undefined;
  }
}

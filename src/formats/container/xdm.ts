import { createHash } from 'node:crypto';
import type { Finding } from '../../model/index.ts';
import { BlueButtonError } from '../../errors/index.ts';
import { isOnCalendar, isOnClock } from '../point-in-time.ts';
import { XmlElement } from '../xml/element.ts';
import { headOf, rootNameOf } from '../xml/head.ts';
import { wholeXml } from '../xml/whole-xml.ts';
import type { Member } from './member.ts';
import { UnreadableMember } from './unpacking.ts';

/** What METADATA.XML says of one document of an IHE XDM package. */
export interface XdmDocument {
  /** The way to it in the archive. */
  path: string;
  title?: string;
  /** FHIR date or dateTime. */
  creation?: string;
  /** Kind of document in words. */
  type?: string;
}

/** The metadata of an IHE XDM package. */
export interface XdmPackage {
  /** Where the metadata lies; empty for an archive that is no such package. */
  metadata: string[];
  /** In the order of the metadata. */
  documents: XdmDocument[];
  findings: Finding[];
}

const namespaces = {
  'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0': '',
  'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0': '',
  'http://www.w3.org/2001/XMLSchema-instance': 'xsi',
  'http://www.w3.org/XML/1998/namespace': 'xml',
};

/** Classification scheme of a document entry's type code (IHE ITI TF-3 §4.2.5.2, XDSDocumentEntry.typeCode). */
const typeCode = 'urn:uuid:f0306f51-975f-434e-a61c-c59651d33983';

/**
 * Reads the METADATA.XML of every subset (IHE ITI TF-2 §3.32, ebRIM 3.0) and proves the sizes and SHA-1 hashes it states.
 */
export async function readXdm(members: readonly Member[], source: string): Promise<XdmPackage> {
  const found: XdmPackage = { metadata: [], documents: [], findings: [] };
  for (const member of members.filter(({ path }) => /(^|\/)METADATA\.XML$/i.test(path))) {
    if (!(await isMetadata(member))) continue;
    const root = await rootOf(member, source);
    found.metadata.push(member.path);
    if (!(root instanceof XmlElement)) {
      found.findings.push(root);
      continue;
    }
    const folder = member.path.replace(/[^/]*$/, '');
    for (const element of root.descendants())
      if (element.name === 'ExtrinsicObject') await addDocument(element, folder, members, source, found);
  }
  return found;
}

/** Anything can have that name. Damaged bytes are told when the member is read. */
async function isMetadata({ bytes }: Member): Promise<boolean> {
  try {
    return rootNameOf(headOf(await bytes.read(0, 4096))) === 'SubmitObjectsRequest';
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    return false;
  }
}

/** The root of the metadata, or why it cannot be read. */
async function rootOf(member: Member, source: string): Promise<XmlElement | Finding> {
  try {
    return (await wholeXml(member.bytes, namespaces, source)).root;
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError || thrown instanceof UnreadableMember)) throw thrown;
    return {
      severity: 'warning',
      code: 'bad-metadata',
      message:
        'the list of documents of this IHE XDM package could not be read; every file was looked at instead',
      source,
      member: member.path,
    };
  }
}

async function addDocument(
  object: XmlElement,
  folder: string,
  members: readonly Member[],
  source: string,
  { documents, findings }: XdmPackage,
): Promise<void> {
  const uri = slots(object).get('URI')?.join('');
  if (uri === undefined) return;
  const wanted = resolved(folder, uri);
  // Media from Windows have names in capitals, and their metadata not always.
  const member =
    members.find(({ path }) => path === wanted) ??
    members.find(({ path }) => path.toUpperCase() === wanted.toUpperCase());
  if (member === undefined) {
    const message = 'the package lists this document and does not hold it';
    findings.push({ severity: 'lost', code: 'missing-member', message, source, member: wanted });
    return;
  }
  documents.push({ path: member.path, ...statedOf(object) });
  const fault = await faultOf(object, member);
  if (fault !== undefined)
    findings.push({ severity: 'warning', code: 'xdm-mismatch', message: fault, source, member: member.path });
}

function statedOf(object: XmlElement): Omit<XdmDocument, 'path'> {
  const title = nameOf(object);
  const creation = dateOf(slots(object).get('creationTime')?.[0]);
  const type = object
    .all('Classification')
    .filter((each) => each.attribute('classificationScheme') === typeCode)
    .map(nameOf)[0];
  return {
    ...(title !== undefined && { title }),
    ...(creation !== undefined && { creation }),
    ...(type !== undefined && { type }),
  };
}

function nameOf(object: XmlElement): string | undefined {
  return object.at('Name', 'LocalizedString')?.attribute('value');
}

/** A date as ebRIM writes it (`YYYYMMDDhhmmss`, UTC by ITI TF-3 §4.2.3.1.1), as a FHIR date of the same precision. */
function dateOf(text: string | undefined): string | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?$/.exec(text ?? '') ?? [];
  if (year === undefined || !isOnCalendar(year, month, day)) return undefined;
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  // FHIR has no time of day without seconds.
  return second === undefined || !isOnClock(hour, minute, second)
    ? date
    : `${date}T${hour}:${minute}:${second}Z`;
}

/** Why the member is not the document that the metadata describes; undefined when it is. */
async function faultOf(object: XmlElement, member: Member): Promise<string | undefined> {
  const stated = slots(object);
  const size = stated.get('size')?.[0];
  const hash = stated.get('hash')?.[0]?.toLowerCase();
  const sha1 = createHash('sha1');
  let length = 0;
  try {
    for await (const piece of member.bytes.stream()) {
      sha1.update(piece);
      length += piece.length;
    }
  } catch (thrown) {
    // Told when it is read.
    if (thrown instanceof UnreadableMember) return undefined;
    throw thrown;
  }
  const isOther = hash !== undefined && hash !== sha1.digest('hex');
  if (size !== undefined && Number(size) !== length)
    return `the package says it has ${size} bytes, and it has ${length}: it was changed or cut after the package was made`;
  return isOther
    ? 'its SHA-1 hash is not the one the package states: it was changed after the package was made'
    : undefined;
}

/** An object's slots: their values by name. */
function slots(object: XmlElement): Map<string, string[]> {
  return new Map(
    object
      .all('Slot')
      .map((slot) => [
        slot.attribute('name') ?? '',
        slot.all('ValueList', 'Value').flatMap((value) => value.text() ?? []),
      ]),
  );
}

/** A relative address from a folder, `..` and `.` resolved as labels. */
function resolved(folder: string, uri: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${decoded(uri)}`.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

import { beginImport, listPeople } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { isSamePerson, patientsOf, type PatientOfInput, type PersonIdentity } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { folderFor, personOption } from './archive-person.ts';
import { archiveWriter, softwareName, type ArchiveWriter } from './archive-writer.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { errorText } from './error-text.ts';
import { readInputs, type InputFile } from './inputs.ts';
import { whoText } from './portal-access.ts';
import { whichPatient } from './which-patient.ts';

/** A file, whose it is, and whether it tells of others too. */
interface ImportTask {
  file: InputFile;
  patient: PatientOfInput | undefined;
  several: boolean;
}

/** A file that is no health record. */
interface Refused {
  name: string;
  refusal: BlueButtonError;
}

/**
 * Keeps files in the archive as they are. Of several, those that are no health records are named and left out; any
 * other refusal keeps none of them.
 *
 * @throws BlueButtonError `not-a-health-record` when none of the files is one.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const refused: Refused[] = [];
  const files = await readInputs(input.arguments, context, (name, refusal) =>
    refused.push({ name, refusal }),
  );
  if (files.length === 0 && refused[0]) throw refused[0].refusal;
  const tasks = files.map((file): ImportTask => {
    const patients = patientsOf(file.entries);
    const patient = whichPatient(patients, textOption(input, 'patient'), `import ${file.source.name}`);
    return { file, patient, several: patients.length > 1 };
  });
  const identity = onlyPerson(tasks, input);
  const archive = archiveWriter(input, context);
  try {
    const { kept, person } = await keep(tasks, identity, archive, input, context);
    report(kept, refused, person, identity, input, context);
  } finally {
    await archive.release();
  }
  for (const { refusal } of refused) context.err.write(`Not kept: ${errorText(refusal)}`);
  const lost = reportLost(files, context);
  return lost || refused.length > 0 ? 'partial' : 'done';
}

interface Kept {
  name: string;
  format: string;
  resources: number;
  outcome: 'new' | 'unchanged';
}

async function keep(
  tasks: readonly ImportTask[],
  identity: PersonIdentity,
  writer: ArchiveWriter,
  input: CommandInput,
  context: Context,
): Promise<{ kept: Kept[]; person: string | undefined }> {
  const { archive, lock } = await writer.open();
  const people = await listPeople(archive);
  const person = folderFor(people, identity, input);
  // Files that name nobody say nothing of who a person the archive knows is; a new person is called what was typed.
  const isKnown = people.some(({ folder }) => folder === person);
  const nameless = Object.keys(identity).length === 0;
  const name = personOption(input);
  const draft = await beginImport(archive, lock, {
    ...(person !== undefined && { person }),
    identity: nameless && !isKnown && name !== undefined ? { name } : identity,
    software: softwareName(context),
    now: context.now,
  });
  try {
    const kept: Kept[] = [];
    for (const { file, patient, several } of tasks) {
      const { bytes, format, source } = file;
      const outcome = await draft.add({
        bytes,
        name: source.name,
        mediaType: format.mediaType,
        format: source.format,
        ...(source.asOf !== undefined && { asOf: source.asOf }),
        ...(several && patient && { patient: patient.key }),
        ...(patient && patient.described.length > 0 && { person: patient.identity }),
      });
      kept.push({ name: source.name, format: source.format, resources: file.entries.length, outcome });
      context.signal.throwIfAborted();
    }
    const { bag } = await draft.finish();
    return { kept, person: bag?.split('/')[0] ?? person };
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

/**
 * The one person the files are about. A file that names nobody needs `--person`; files of different people are not
 * imported in one go.
 */
function onlyPerson(tasks: readonly ImportTask[], input: CommandInput): PersonIdentity {
  const named = personOption(input);
  const nameless = tasks.find(({ patient }) => patient === undefined || patient.described.length === 0);
  if (nameless && named === undefined) {
    throw new BlueButtonError('usage', `${nameless.file.source.name} does not say whose record it is.`, {
      why: 'It holds no Patient resource with a name and birth date.',
      try: `bluebutton import ${nameless.file.source.name} --person "FULL NAME"`,
    });
  }
  const described = tasks.flatMap(({ patient }) =>
    patient && patient.described.length > 0 ? [patient.identity] : [],
  );
  const [first] = described;
  const two = named === undefined ? twoPeople(described) : undefined;
  if (two) {
    throw new BlueButtonError('usage', 'These files are about different people.', {
      why: `${whoText(two[0], undefined)}; ${whoText(two[1], undefined)}.`,
      try: 'import the files of each person on their own',
    });
  }
  return first ?? {};
}

/** The first two identities that are not one person, if any: each file is compared with every other. */
function twoPeople(described: readonly PersonIdentity[]): [PersonIdentity, PersonIdentity] | undefined {
  for (const [index, one] of described.entries()) {
    const other = described.slice(index + 1).find((identity) => !isSamePerson(one, identity));
    if (other) return [one, other];
  }
  return undefined;
}

function report(
  kept: readonly Kept[],
  refused: readonly Refused[],
  person: string | undefined,
  identity: PersonIdentity,
  input: CommandInput,
  { out, err }: Context,
): void {
  if (flagOption(input, 'json')) {
    const notKept = refused.map(({ name, refusal: { message, why } }) => ({ name, message, why }));
    const answer = { schema: 'bluebutton/import/1', person, files: kept, refused: notKept };
    out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  if (flagOption(input, 'quiet')) return;
  for (const { name, format, resources, outcome } of kept) {
    const said = outcome === 'new' ? 'kept' : 'was there already';
    out.write(`${visible(name)}: ${format}, ${counted(resources, 'resource')}: ${said}.\n`);
  }
  err.write(
    `Filed under ${person ?? 'nobody'}${identity.name === undefined ? '' : ` (${visible(identity.name)})`}. Next: bluebutton show\n`,
  );
}

/** Names what could not be read of the files kept; true when there is any. */
function reportLost(files: readonly InputFile[], { err }: Context): boolean {
  const lost = files.flatMap(({ source, findings }) =>
    findings.filter(({ severity }) => severity === 'lost').map(({ message }) => `${source.name}: ${message}`),
  );
  for (const line of lost) err.write(`Not read: ${visible(line)}\n`);
  if (lost.length === 0) return false;
  err.write(
    'The files themselves are kept whole.\nTry: bluebutton show --json, where findings name each place\n',
  );
  return true;
}

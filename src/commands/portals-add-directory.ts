import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { readBaseUrl, readDirectory, type DirectorySummary, type StreamedAnswer } from '../portal/index.ts';
import {
  confirmDirectory,
  draftDirectory,
  placesOf,
  portalName,
  readDirectories,
  type CachedDirectory,
} from '../settings/index.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { counted } from './counted.ts';
import { directoryFacts, directoryLine } from './directory-text.ts';
import { httpFor } from './portal-access.ts';
import { nameLike } from './portal-name.ts';
import { systemRefusal } from './system-refusal.ts';

/** Adds a directory of portals for `portals find`, or fetches one anew that was added before. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [typed = ''] = input.arguments;
  const directories = await readDirectories(placesOf(context.env));
  // The name of a directory stands for where it came from.
  const source = directories.find(({ name }) => name === typed)?.source ?? sourceOf(typed, context);
  const before = directories.find((each) => each.source === source);
  const name = textOption(input, 'name') ?? before?.name ?? nameOf(source);
  const holder = directories.find((each) => each.name === name);
  if (!portalName.test(name) || (holder !== undefined && holder.source !== source)) {
    throw new BlueButtonError('usage', `${name} cannot be the name of this directory.`, {
      why:
        holder === undefined
          ? 'A name is made of small letters, digits and hyphens.'
          : `It is the name of the directory from ${holder.source}.`,
      try: `bluebutton portals add-directory ${typed} --name ${nameLike(name, 'directory')}-2`,
    });
  }
  const known = before?.name === name ? before : undefined;
  const kept = isAddress(source)
    ? await addFromAddress(source, { name, known }, input, context)
    : await keep(fileBytes(source), { name, source }, context);
  const { directory, unchanged } = kept;
  if (flagOption(input, 'json')) {
    context.out.write(
      `${JSON.stringify({ schema: 'bluebutton/directory/1', ...directoryFacts(directory), unchanged }, null, 2)}\n`,
    );
  } else {
    context.out.write(`${directoryLine(directory, context.now())}\n`);
    if (unchanged) context.err.write('It is as it was: nothing was downloaded.\n');
    for (const notice of noticesOf(directory)) context.err.write(`${notice}\n`);
    context.err.write('Next: bluebutton portals find WORDS\n');
  }
  return 'done';
}

interface Kept {
  directory: CachedDirectory;
  /** True where the server said that it is as it was. */
  unchanged: boolean;
}

async function addFromAddress(
  source: string,
  { name, known }: { name: string; known: CachedDirectory | undefined },
  input: CommandInput,
  context: Context,
): Promise<Kept> {
  if (!flagOption(input, 'json')) context.err.write(`Asking ${new URL(source).host} for its directory.\n`);
  const http = await httpFor(input, context);
  try {
    const answer = await http.stream(new URL(source), {
      accept: 'application/fhir+json, application/json;q=0.9',
      headers: {
        ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
        ...(known?.lastModified !== undefined && { 'if-modified-since': known.lastModified }),
      },
      signal: context.signal,
    });
    if (answer.status === 304 && known !== undefined) {
      const checked = context.now().toISOString();
      await confirmDirectory(placesOf(context.env), known, checked);
      return { directory: { ...known, checked }, unchanged: true };
    }
    if (answer.status !== 200) throw notGiven(source, answer);
    const etag = answer.headers.get('etag');
    const lastModified = answer.headers.get('last-modified');
    const facts = {
      name,
      source,
      ...(etag !== null && { etag }),
      ...(lastModified !== null && { lastModified }),
    };
    return await keep(answer.body, facts, context);
  } finally {
    await http.close();
  }
}

/** Reads a directory to its end and only then puts it in the place of the old one. */
async function keep(
  bytes: AsyncIterable<Uint8Array>,
  { name, ...facts }: { name: string; source: string; etag?: string; lastModified?: string },
  context: Context,
): Promise<Kept> {
  const places = placesOf(context.env);
  const draft = await draftDirectory(places, name);
  try {
    const rows = readDirectory(bytes, draft.spool);
    let summary: DirectorySummary;
    for (;;) {
      context.signal.throwIfAborted();
      const next = await rows.next();
      if (next.done === true) {
        summary = next.value;
        break;
      }
      await draft.addRow(JSON.stringify(next.value));
    }
    const directory = await draft.keep({ ...facts, ...summary, checked: context.now().toISOString() });
    return { directory, unchanged: false };
  } catch (thrown) {
    await draft.discard();
    throw thrown;
  }
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    const pieces: AsyncIterable<Buffer> = createReadStream(path);
    yield* pieces;
  } catch (thrown) {
    if (systemCodeOf(thrown) === undefined) throw thrown;
    if (systemCodeOf(thrown) === 'ENOENT') throw noFile(path);
    throw systemRefusal(`${path} could not be read.`, thrown, 'the address or file of a directory');
  }
}

function noticesOf({ dangling, withoutAddress }: CachedDirectory): string[] {
  return [
    ...(dangling > 0
      ? [`${counted(dangling, 'reference')} in it lead nowhere: the portals meant are not found.`]
      : []),
    ...(withoutAddress > 0 ? [`${counted(withoutAddress, 'endpoint')} in it withhold their address.`] : []),
  ];
}

function noFile(path: string): BlueButtonError {
  return new BlueButtonError('usage', `${path} does not exist.`, {
    why: 'There is no file or folder of that name.',
    try: 'bluebutton portals add-directory with the address (https://…) or the file of a directory',
  });
}

function notGiven(source: string, { status }: StreamedAnswer): BlueButtonError {
  const { host } = new URL(source);
  const temporary = status === 429 || status >= 500;
  return new BlueButtonError(temporary ? 'temporary' : 'failed', `${host} does not give its directory.`, {
    why: `It answered ${status}. What was added before stays.`,
    try: temporary ? 'try again later' : 'check the address, or download the file by hand and add that',
  });
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function sourceOf(typed: string, { cwd }: Context): string {
  if (!isAddress(typed)) return resolve(cwd, typed);
  readBaseUrl(typed);
  return typed;
}

/** `open-epic-com-brands` of `https://open.epic.com/Endpoints/Brands`. */
function nameOf(source: string): string {
  const last = basename(isAddress(source) ? new URL(source).pathname : source).replace(/\.(json|txt)$/i, '');
  return nameLike(isAddress(source) ? `${new URL(source).hostname} ${last}` : last, 'directory');
}

import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlueButtonError } from '../errors/index.ts';
import {
  faultTable,
  isFhirWord,
  isProfileName,
  readKeys,
  startSandbox,
  type Client,
  type DataText,
  type FhirWord,
  type LogEntry,
} from '../sandbox/index.ts';
import { flagOption, listOption, textOption, valuesOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { readPath } from './open-path.ts';
import { systemRefusal } from './system-refusal.ts';

/** The made-up person who is served when no data is given. */
const sample = fileURLToPath(new URL('../../samples/jane-doe.fhir.json', import.meta.url));

/** Runs the practice portal until Ctrl-C. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  if (flagOption(input, 'listFaults')) {
    context.out.write(flagOption(input, 'json') ? faultsJson() : faultsText());
    return 'done';
  }
  const profile = textOption(input, 'profile');
  const given = valuesOption(input, 'data') ?? [];
  const fhir = releaseOption(input, given);
  const files = given.length > 0 ? given : [sample];
  const reload = await reloading(files, context);
  const data = await Promise.all(files.map((file) => dataText(file, context)));
  const clients = await keyClient(textOption(input, 'clientJwks'), context);
  const log = await openLog(textOption(input, 'log'), context);
  const sandbox = await startSandbox({
    data,
    reload,
    port: portOf(input),
    ...(profile !== undefined && isProfileName(profile) && { profile }),
    ...(fhir !== undefined && { fhir }),
    faults: valuesOption(input, 'fault') ?? [],
    clients,
    refuse: listOption(input, 'refuse') ?? [],
    ...(log && { log: log.write }),
    now: context.now,
  });
  try {
    const { baseUrl, port } = sandbox;
    if (flagOption(input, 'json'))
      context.out.write(`${JSON.stringify({ schema: 'bluebutton/sandbox/1', baseUrl, port })}\n`);
    else context.out.write(`The practice portal is at ${baseUrl}\n`);
    // Medicare's portal knows confidential apps only.
    const known = clients.length > 0 ? 'key-client' : 'practice';
    const clientId = profile === 'medicare' ? 'secret-client' : known;
    context.err.write(
      `In another terminal: bluebutton portals add practice ${baseUrl} --client-id ${clientId}\n`,
    );
    if (clientId === 'secret-client') context.err.write('Its client secret: practice-secret\n');
    context.err.write('Ctrl-C stops it.\n');
    await new Promise<void>((stopped) => {
      if (context.signal.aborted) stopped();
      context.signal.addEventListener('abort', () => stopped());
    });
    return 'done';
  } finally {
    await sandbox.close();
    await log?.close();
  }
}

function faultsJson(): string {
  return `${JSON.stringify({ schema: 'bluebutton/faults/1', faults: faultTable }, null, 2)}\n`;
}

function faultsText(): string {
  const width = Math.max(...faultTable.map(({ name }) => name.length)) + 2;
  return faultTable.map(({ name, what }) => `${name.padEnd(width)}${what}\n`).join('');
}

async function dataText(file: string, context: Context): Promise<DataText> {
  const bytes = await readPath(file, context);
  return { name: basename(file), text: Buffer.from(await bytes.read(0, bytes.size)).toString('utf8') };
}

/** Reads the files again once one of them has changed, so that the record can change while the portal runs. */
async function reloading(
  files: readonly string[],
  context: Context,
): Promise<() => Promise<DataText[] | undefined>> {
  let seen = await stamps();
  return async () => {
    const now = await stamps();
    if (now === seen) return undefined;
    const data = await Promise.all(files.map((file) => dataText(file, context)));
    seen = now;
    return data;
  };

  /** When the files were last written, and how long they are; standard input and pipes are read once only. */
  async function stamps(): Promise<string> {
    const all = await Promise.all(
      files.map(async (file) => {
        const found = await stat(resolve(context.cwd, file), { bigint: true }).catch(() => undefined);
        return found?.isFile() === true ? `${found.mtimeNs} ${found.size}` : '';
      }),
    );
    return all.join('\n');
  }
}

/** The app `key-client`, which signs its token requests with the keys in a file. */
async function keyClient(file: string | undefined, context: Context): Promise<Client[]> {
  if (file === undefined) return [];
  const jwks = readKeys((await dataText(file, context)).text);
  if (jwks !== undefined) return [{ clientId: 'key-client', jwks }];
  throw new BlueButtonError('usage', `${file} holds no public keys.`, {
    why: 'It is not a JWK Set: a JSON object whose "keys" lists at least one key (RFC 7517).',
    try: 'bluebutton keys prints one',
  });
}

/** The release to speak. The made-up person's record is in R4, and nothing is translated. */
function releaseOption(input: CommandInput, data: readonly string[]): FhirWord | undefined {
  const word = textOption(input, 'fhir');
  if (word === undefined || !isFhirWord(word)) return undefined;
  if (word === 'r4' || data.length > 0) return word;
  throw new BlueButtonError('usage', `There is no made-up record in FHIR ${word.toUpperCase()}.`, {
    why: 'The practice portal serves what it is given, and translates nothing.',
    try: `bluebutton sandbox --fhir ${word} --data FILE`,
  });
}

function portOf(input: CommandInput): number {
  const text = textOption(input, 'port') ?? '0';
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new BlueButtonError('usage', `${text} is not a port.`, {
    why: 'A port is a whole number from 0 (any free one) to 65535.',
    try: 'bluebutton sandbox --port 8080',
  });
}

/** A log that keeps its lines in order and is whole once it is closed. */
async function openLog(
  path: string | undefined,
  { cwd }: Context,
): Promise<{ write: (entry: LogEntry) => void; close: () => Promise<void> } | undefined> {
  if (path === undefined) return undefined;
  const file: FileHandle = await open(resolve(cwd, path), 'a', 0o600).catch((cause: unknown) => {
    throw systemRefusal(`The log ${path} could not be opened.`, cause, 'another file after --log');
  });
  let written: Promise<unknown> = Promise.resolve();
  return {
    write(entry) {
      written = written.then(() => file.write(`${JSON.stringify(entry)}\n`));
    },
    async close() {
      try {
        await written;
      } finally {
        await file.close();
      }
    },
  };
}

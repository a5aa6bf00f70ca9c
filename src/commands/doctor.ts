import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listPeople, openArchive } from '../archive/index.ts';
import { BlueButtonError, nearestWord, systemCodeOf } from '../errors/index.ts';
import { keychainAnswers } from '../secrets/index.ts';
import {
  configFile,
  placesOf,
  readConfig,
  readPortals,
  resolveSetting,
  settingNames,
  variableOf,
  type Config,
  type SettingName,
} from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { doctorText } from './doctor-text.ts';
import { keptKind, keptTokens, secretsFolder } from './kept-sign-ins.ts';
import { flagOf } from './setting.ts';

/** One setting as it stands. */
export interface SettingReport {
  name: SettingName;
  /** The environment variable that would set it. */
  variable: string;
  /** As text; null when it is not set, or what sets it is no value of it. */
  value: string | null;
  /** `flag`, `environment`, `config file` or `default`; `invalid` when what sets it is no value of it. */
  origin: string;
}

/** A file or folder this tool uses. */
export interface PlaceReport {
  name: string;
  path: string;
  /** Permissions in octal; null when it is not there. */
  mode: string | null;
}

/** Something to put right. */
export interface DoctorProblem {
  message: string;
  why: string;
  try: string;
}

/** What `doctor` found. It holds no name of a person or portal, and the home folder is written `~`. */
export interface DoctorReport {
  version: string;
  node: string;
  system: string;
  settings: SettingReport[];
  places: PlaceReport[];
  /** Counts; null where they could not be read. */
  portals: number | null;
  signIns: number | null;
  people: number | null;
  sources: number | null;
  problems: DoctorProblem[];
}

/** Shows what this tool is set to and by what, and what is wrong with it: made to be pasted into a report of a bug. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const report = redacted(await examine(input, context), placesOf(context.env).home);
  if (flagOption(input, 'json'))
    context.out.write(`${JSON.stringify({ schema: 'bluebutton/doctor/1', ...report }, null, 2)}\n`);
  else for (const piece of doctorText(report, context.out)) context.out.write(piece);
  return report.problems.length > 0 ? 'failed' : 'done';
}

async function examine(input: CommandInput, context: Context): Promise<DoctorReport> {
  const { env, cwd, program } = context;
  const places = placesOf(env);
  const problems: DoctorProblem[] = [...unknownVariables(env)];
  const attempt = async <Result>(step: () => Promise<Result>, instead: Result): Promise<Result> => {
    try {
      return await step();
    } catch (thrown) {
      problems.push(problemOf(thrown));
      return instead;
    }
  };
  const config = await attempt<Config>(() => readConfig(places), {});
  const settings: SettingReport[] = [];
  for (const name of settingNames) {
    const sources = { flag: flagOf(name, input), env, config, places, cwd };
    const { value, origin } = await attempt<{ value: string | number | boolean | undefined; origin: string }>(
      async () => resolveSetting(name, sources),
      { value: undefined, origin: 'invalid' },
    );
    settings.push({ name, variable: variableOf(name), value: textOf(value), origin });
  }
  const directory = settings.find(({ name }) => name === 'archive')?.value ?? undefined;
  const found = await Promise.all(
    [
      { name: 'config', path: places.config },
      { name: 'config file', path: configFile(places) },
      { name: 'state', path: places.state },
      { name: 'sign-ins', path: secretsFolder(context) },
      ...(directory === undefined ? [] : [{ name: 'archive', path: directory }]),
    ].map(async (place) => ({ ...place, mode: await modeOf(place.path) })),
  );
  const isArchive = directory !== undefined && (await modeOf(join(directory, 'archive.json'))) !== null;
  const held = directory === undefined ? nothingHeld : await attempt(() => inArchive(directory), nothingHeld);
  // Windows keeps its permissions elsewhere.
  if (!program.system.startsWith('win32'))
    problems.push(...openToOthers(found.filter(({ name }) => name !== 'archive' || isArchive)));
  const portals = await attempt(() => namedPortals(input, context), { named: null, signedIn: null });
  return {
    version: program.version,
    node: program.node,
    system: program.system,
    settings,
    places: found,
    portals: portals.named,
    signIns: portals.signedIn,
    ...held,
    problems,
  };
}

function problemOf(thrown: unknown): DoctorProblem {
  if (!(thrown instanceof BlueButtonError)) throw thrown;
  const { message, why, try: next } = thrown;
  return { message, why, try: next };
}

function textOf(value: string | number | boolean | undefined): string | null {
  if (value === undefined) return null;
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

/** BLUEBUTTON_ variables that set nothing: most likely a slip of the pen. */
function unknownVariables(env: Context['env']): DoctorProblem[] {
  const known = settingNames.map(variableOf);
  return Object.keys(env)
    .filter((name) => name.startsWith('BLUEBUTTON_') && !known.includes(name))
    .map((name) => {
      const meant = nearestWord(name, known);
      return {
        message: `${name} in the environment sets nothing.`,
        why: `These do: ${known.join(', ')}.`,
        try: meant === undefined ? `unset ${name}` : `${meant} in its place`,
      };
    });
}

async function modeOf(path: string): Promise<string | null> {
  try {
    return ((await stat(path)).mode & 0o777).toString(8).padStart(4, '0');
  } catch (thrown) {
    if (systemCodeOf(thrown) === undefined) throw thrown;
    return null;
  }
}

/** Places that other users of this computer can look into. The config folder holds no record and no sign-in. */
function openToOthers(found: readonly PlaceReport[]): DoctorProblem[] {
  return found
    .filter(({ name }) => name === 'sign-ins' || name === 'archive')
    .filter(({ mode }) => mode !== null && !mode.endsWith('00'))
    .map(({ path, mode }) => ({
      message: `${path} can be looked into by other users of this computer.`,
      why: `Its permissions are ${mode ?? ''}.`,
      try: `chmod 700 ${path}`,
    }));
}

/** Counts portals and sign-ins. What is sealed is not opened: that could ask for a passphrase or open a window. */
async function namedPortals(
  input: CommandInput,
  context: Context,
): Promise<{ named: number | null; signedIn: number | null }> {
  const names = Object.keys(await readPortals(placesOf(context.env)));
  const store = keptTokens(input, context);
  const kinds = await Promise.all(names.map((name) => keptKind(name, context)));
  if (kinds.includes('keychain') && !(await keychainAnswers())) {
    throw new BlueButtonError('usage', 'The keychain that keeps a sign-in does not answer here.', {
      why: 'Under cron, over SSH and without a desktop there is none.',
      try: 'bluebutton login PORTAL --token-store passphrase, or the same command on the desktop',
    });
  }
  const broken: unknown[] = [];
  const plain = names.filter((_, index) => kinds[index] === 'file');
  await Promise.all(
    plain.map((name) => store.read(name).catch((thrown: unknown) => void broken.push(thrown))),
  );
  if (broken.length > 0) {
    throw new BlueButtonError('login-needed', `${counted(broken.length, 'sign-in')} cannot be read.`, {
      why: 'A file in the folder of sign-ins does not hold what it should.',
      try: 'bluebutton status, which names the portal; then bluebutton login PORTAL',
    });
  }
  return { named: names.length, signedIn: kinds.filter((kind) => kind !== undefined).length };
}

const nothingHeld: { people: number | null; sources: number | null } = { people: null, sources: null };

/** Counts what an archive holds. Where it is damaged, its own words would name people: those stay with `verify`. */
async function inArchive(directory: string): Promise<typeof nothingHeld> {
  try {
    const people = await listPeople(await openArchive(directory));
    return { people: people.length, sources: people.reduce((sum, { sources }) => sum + sources.length, 0) };
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) {
      const code = systemCodeOf(thrown);
      if (code === undefined) throw thrown;
      throw new BlueButtonError('failed', 'A folder or file of the archive cannot be read.', {
        why: `The system says ${code}.`,
        try: 'bluebutton verify, which names it',
      });
    }
    if (thrown.code === 'no-archive') return nothingHeld;
    if (thrown.code !== 'archive-damaged') throw thrown;
    throw new BlueButtonError('archive-damaged', 'The archive is damaged.', {
      why: 'A file of it is missing or is not as it was written.',
      try: 'bluebutton verify, which names it',
    });
  }
}

/** A report without the name of the home folder, which is often a person's. */
function redacted(report: DoctorReport, home: string): DoctorReport {
  const tilde = (text: string): string => (home.length > 1 ? text.replaceAll(home, '~') : text);
  return {
    ...report,
    settings: report.settings.map((setting) => ({
      ...setting,
      value: setting.value === null ? null : tilde(setting.value),
    })),
    places: report.places.map((place) => ({ ...place, path: tilde(place.path) })),
    problems: report.problems.map(({ message, why, try: next }) => ({
      message: tilde(message),
      why: tilde(why),
      try: tilde(next),
    })),
  };
}

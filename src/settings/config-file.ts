import { join } from 'node:path';
import * as v from 'valibot';
import { BlueButtonError, nearestWord } from '../errors/index.ts';
import type { Places } from './places.ts';
import { readPrivateFile } from './private-file.ts';
import { isSettingName, settingNames, type SettingName } from './setting-table.ts';

/** The config file's values as text, by setting. */
export type Config = Readonly<Partial<Record<SettingName, string>>>;

const fileSchema = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

/** Where the config file is, whether or not it is there. */
export function configFile({ config }: Places): string {
  return join(config, 'config.json');
}

/**
 * The config file: one JSON object whose keys are settings; empty when there is no file. A key that is no setting is
 * refused: a slip of the pen must not send records to another archive than the one meant.
 *
 * @throws BlueButtonError `usage` when it cannot be understood, `failed` when the system refuses to read it.
 */
export async function readConfig(places: Places): Promise<Config> {
  const file = configFile(places);
  const text = await readPrivateFile(file);
  if (text === undefined) return {};
  const parsed = v.safeParse(fileSchema, jsonOf(text));
  if (!parsed.success) {
    throw new BlueButtonError('usage', `${file} cannot be read as settings.`, {
      why: 'It is not one JSON object of names and values.',
      try: `write it like this: {"archive": "~/health-records", "token-store": "file"}`,
    });
  }
  const config: Partial<Record<SettingName, string>> = {};
  for (const [name, value] of Object.entries(parsed.output)) {
    if (!isSettingName(name)) throw unknownName(name, file);
    config[name] = typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
  }
  return config;
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A list is an object to the schema, with its places as names.
    return Array.isArray(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function unknownName(name: string, file: string): BlueButtonError {
  const meant = nearestWord(name, settingNames);
  return new BlueButtonError('usage', `${JSON.stringify(name)} in ${file} is no setting.`, {
    why: `Settings are ${settingNames.join(', ')}.`,
    try: meant === undefined ? `take it out of ${file}` : `write ${JSON.stringify(meant)} there`,
  });
}

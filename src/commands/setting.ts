import {
  placesOf,
  readConfig,
  resolveSetting,
  type SettingName,
  type SettingValue,
} from '../settings/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';

/**
 * A setting's value for a command: its flag, else the environment, the config file, the default. Undefined when none of
 * them says anything.
 *
 * @throws BlueButtonError `usage` when what decides is no value of the setting, or the config file cannot be understood.
 */
export async function settingOf<Name extends SettingName>(
  name: Name,
  input: CommandInput,
  { env, cwd }: Context,
): Promise<SettingValue<Name> | undefined> {
  const places = placesOf(env);
  const config = await readConfig(places);
  return resolveSetting(name, { flag: flagOf(name, input), env, config, places, cwd }).value;
}

/** What was typed for a setting: after `--name`, or `--name` and `--no-name` themselves. */
export function flagOf(name: SettingName, { options }: CommandInput): string | undefined {
  // Commander's name of `--token-store` is `tokenStore`.
  const typed = options[name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
  if (typeof typed === 'boolean') return typed ? 'yes' : 'no';
  return typeof typed === 'string' ? typed : undefined;
}

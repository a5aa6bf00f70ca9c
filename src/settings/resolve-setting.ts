import { BlueButtonError } from '../errors/index.ts';
import { configFile, type Config } from './config-file.ts';
import type { Environment, Places } from './places.ts';
import {
  settingTable,
  variableOf,
  type Setting,
  type SettingName,
  type SettingValue,
} from './setting-table.ts';

/** Where a setting's value came from. */
export type SettingOrigin = 'flag' | 'environment' | 'config file' | 'default';

/** A setting's value, undefined when it has none, and where it came from. */
export interface ResolvedSetting<Value> {
  value: Value | undefined;
  origin: SettingOrigin;
}

/** Everything that can say what a setting is. */
export interface SettingSources {
  /** What was typed after `--name`; undefined when nothing was. */
  flag: string | undefined;
  env: Environment;
  config: Config;
  places: Places;
  cwd: string;
}

/**
 * A setting by the one rule: flag before environment variable before config file before default. An empty variable
 * counts as none.
 *
 * @throws BlueButtonError `usage` when what decides is no value of the setting.
 */
export function resolveSetting<Name extends SettingName>(
  name: Name,
  sources: SettingSources,
): ResolvedSetting<SettingValue<Name>>;
export function resolveSetting(name: SettingName, sources: SettingSources): ResolvedSetting<unknown> {
  const { flag, env, config, places, cwd } = sources;
  const setting: Setting<unknown> = settingTable[name];
  const variable = variableOf(name);
  if (flag !== undefined)
    return { value: checked(setting, flag, `--${name}`, { places, cwd }), origin: 'flag' };
  const fromEnv = env[variable];
  if (fromEnv !== undefined && fromEnv !== '')
    return { value: checked(setting, fromEnv, variable, { places, cwd }), origin: 'environment' };
  const fromFile = config[name];
  if (fromFile !== undefined) {
    const where = `"${name}" in ${configFile(places)}`;
    return { value: checked(setting, fromFile, where, { places, cwd: undefined }), origin: 'config file' };
  }
  return { value: setting.fallback(places), origin: 'default' };
}

function checked(
  setting: Setting<unknown>,
  text: string,
  where: string,
  context: Parameters<Setting<unknown>['read']>[1],
): unknown {
  const value = setting.read(text, context);
  if (value !== undefined) return value;
  throw new BlueButtonError('usage', `${where} cannot be ${JSON.stringify(text)}.`, {
    why: setting.mayBe,
    try: `put ${where} right, then the same command again; bluebutton doctor shows every setting`,
  });
}

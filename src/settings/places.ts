import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where things live, by the XDG Base Directory Specification; the archive is a folder people can see. */
export interface Places {
  /** Portals and preferences. */
  config: string;
  /** Tokens, and when what was last done. */
  state: string;
  /** `~/health-records`, used when nothing names another archive. */
  archive: string;
}

/** The places of this person on this computer. Relative XDG paths are ignored, as the specification demands. */
export function placesOf(env: Environment): Places {
  const home = env['HOME'] ?? homedir();
  const base = (name: string, fallback: string): string => {
    const stated = env[name];
    return join(stated !== undefined && isAbsolute(stated) ? stated : join(home, fallback), 'bluebutton');
  };
  return {
    config: base('XDG_CONFIG_HOME', '.config'),
    state: base('XDG_STATE_HOME', '.local/state'),
    archive: join(home, 'health-records'),
  };
}

/** Where a setting's value came from. */
export type SettingOrigin = 'flag' | 'environment' | 'default';

/** A setting's value and where it came from: a flag before `BLUEBUTTON_*` before the default. */
export function resolveSetting(
  name: string,
  flag: string | undefined,
  env: Environment,
  fallback: string,
): { value: string; origin: SettingOrigin } {
  if (flag !== undefined) return { value: flag, origin: 'flag' };
  const variable = env[`BLUEBUTTON_${name.toUpperCase().replaceAll('-', '_')}`];
  if (variable !== undefined && variable !== '') return { value: variable, origin: 'environment' };
  return { value: fallback, origin: 'default' };
}

/** The archive's folder, absolute. */
export function archiveDirectory(flag: string | undefined, env: Environment, cwd: string): string {
  return resolve(cwd, resolveSetting('archive', flag, env, placesOf(env).archive).value);
}

import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where things live, by the XDG Base Directory Specification; the archive is a setting. */
export interface Places {
  home: string;
  /** Settings and portals. */
  config: string;
  /** Tokens, and when what was last done. */
  state: string;
  /** What can be fetched anew: directories of portals, what portals said of themselves. */
  cache: string;
}

/** The places of this person on this computer. Relative XDG paths are ignored, as the specification demands. */
export function placesOf(env: Environment): Places {
  const home = env['HOME'] === undefined || env['HOME'] === '' ? userInfo().homedir : env['HOME'];
  const base = (name: string, fallback: string): string => {
    const stated = env[name];
    return join(stated !== undefined && isAbsolute(stated) ? stated : join(home, fallback), 'bluebutton');
  };
  return {
    home,
    config: base('XDG_CONFIG_HOME', '.config'),
    state: base('XDG_STATE_HOME', '.local/state'),
    cache: base('XDG_CACHE_HOME', '.cache'),
  };
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CopyFindings } from '../archive/index.ts';
import { shellWord } from '../errors/index.ts';

/**
 * The commands that take from a copy of an archive what the archive lacks: files over the damaged ones; bags as wholes,
 * the damaged one put aside under a name that is no bag's, so that nothing is deleted.
 */
export function mendCommands({ mends, lacking }: CopyFindings, archive: string, copy: string): string[] {
  const commands = mends.map(({ path, kind }) => {
    const [from, to] = [shellWord(join(copy, path)), shellWord(join(archive, path))];
    if (kind === 'file') {
      const folder = dirname(join(archive, path));
      const made = existsSync(folder) ? '' : `mkdir -p ${shellWord(folder)} && `;
      return `${made}cp -p ${from} ${to}`;
    }
    const aside = existsSync(join(archive, path))
      ? `mv ${to} ${shellWord(join(archive, `${path}.damaged`))} && `
      : '';
    return `${aside}cp -Rp ${from} ${to}`;
  });
  const missing = lacking.map(
    (path) => `cp -Rp ${shellWord(join(copy, path))} ${shellWord(join(archive, path))}`,
  );
  return [...commands, ...missing];
}

import { createArchive, lockArchive, type Archive, type Lock } from '../archive/index.ts';
import { archiveFor } from './archive-person.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';

/** The archive a command may write to: made and locked only once there is something to write. */
export interface ArchiveWriter {
  open(): Promise<{ archive: Archive; lock: Lock }>;
  release(): Promise<void>;
}

/** The writer for the archive a command means; `release` it whatever happens. */
export function archiveWriter(input: CommandInput, context: Context): ArchiveWriter {
  let opened: Promise<{ archive: Archive; lock: Lock }> | undefined;
  const open = async (): Promise<{ archive: Archive; lock: Lock }> => {
    const archive = await createArchive(await archiveFor(input, context));
    const { pid, host, isRunning } = context.program;
    return { archive, lock: await lockArchive(archive, { pid, host, now: context.now, isRunning }) };
  };
  return {
    open: () => (opened ??= open()),
    async release() {
      const held = await opened?.catch(() => undefined);
      await held?.lock.release();
    },
  };
}

/** Name and version as bags name the program that made them. */
export function softwareName({ program }: Context): string {
  return `bluebutton-cli ${program.version}`;
}

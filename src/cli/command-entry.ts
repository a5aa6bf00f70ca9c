import type { CommandModule } from '../commands/command.ts';

/** One option of a command. `flags` is in commander's notation: `<file...>` takes one or more values. */
export interface OptionEntry {
  flags: string;
  description: string;
  /** True when it may be given several times. */
  repeats?: boolean;
  choices?: readonly string[];
}

/** One command: everything help, completion and documentation need, and how to load its logic. */
export interface CommandEntry {
  name: string;
  alias?: string;
  /** Commander's notation: `<name>` required, `[files...]` any number. */
  arguments?: string;
  summary: string;
  options: readonly OptionEntry[];
  examples: readonly string[];
  /** Subcommands; a command has either these or `load`. */
  commands?: readonly CommandEntry[];
  load?: () => Promise<CommandModule>;
}

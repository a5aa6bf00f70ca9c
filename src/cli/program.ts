import { Command, CommanderError, Option } from 'commander';
import type { CommandInput, CommandModule } from '../commands/command.ts';
import { BlueButtonError } from '../errors/index.ts';
import type { CommandEntry } from './command-entry.ts';
import { commandTable } from './command-table.ts';
import { exitStatuses } from './exit-codes.ts';

/** A command as typed: its logic and what was typed after its name. */
export interface Invocation {
  module: CommandModule;
  input: CommandInput;
}

/** What the command line asks for: a command, or a text (help, version) to print. */
export type Parsed = { invocation: Invocation } | { text: string };

/**
 * Reads a command line against the table of commands.
 *
 * @throws BlueButtonError `usage` for anything the table does not know, with what was probably meant.
 */
export async function parseCommandLine(argv: readonly string[], version: string): Promise<Parsed> {
  let text = '';
  let said = '';
  let chosen: { entry: CommandEntry; input: CommandInput } | undefined;
  const program = new Command('bluebutton')
    .description('Get your own health records out of patient portals, keep them, read them and share them.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .configureOutput({ getOutHelpWidth: () => 80 })
    .addHelpText('after', exitStatusHelp());
  const configure = (command: Command): Command =>
    command
      .exitOverride()
      .configureOutput({ writeOut: (chunk) => (text += chunk), writeErr: (chunk) => (said += chunk) })
      .helpOption('-h, --help', 'explain this command');
  configure(program);
  for (const entry of commandTable)
    program.addCommand(commandFor(entry, configure, (found) => (chosen = found)));
  try {
    await program.parseAsync(asked(argv), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode !== 0) throw usageError(thrown, said, argv);
  }
  if (chosen?.entry.load === undefined) return { text };
  return { invocation: { module: await chosen.entry.load(), input: chosen.input } };
}

/** Nothing asks for help; `help pull` for what `pull --help` prints; `help pul` is answered as `pul` would be. */
function asked(argv: readonly string[]): string[] {
  const [first, name] = argv;
  if (first === undefined) return ['--help'];
  if (first !== 'help' || name === undefined) return [...argv];
  const isKnown = commandTable.some((entry) => entry.name === name || entry.alias === name);
  return isKnown ? [...argv.slice(1), '--help'] : argv.slice(1);
}

function commandFor(
  entry: CommandEntry,
  configure: (command: Command) => Command,
  choose: (found: { entry: CommandEntry; input: CommandInput }) => void,
): Command {
  const command = configure(new Command(entry.name)).description(entry.summary);
  if (entry.alias !== undefined) command.alias(entry.alias);
  if (entry.arguments !== undefined) command.arguments(entry.arguments);
  for (const { flags, description, repeats, choices } of entry.options) {
    const option = new Option(flags, description);
    if (choices) option.choices([...choices]);
    if (repeats === true)
      option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
    command.addOption(option);
  }
  if (entry.examples.length > 0) {
    command.addHelpText(
      'after',
      `\nExamples:\n${entry.examples.map((example) => `  $ ${example}`).join('\n')}`,
    );
  }
  for (const sub of entry.commands ?? []) command.addCommand(commandFor(sub, configure, choose));
  if (entry.load) {
    command.action((...given: unknown[]) => {
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word) => typeof word === 'string');
      choose({ entry, input: { arguments: words, options: command.opts() } });
    });
  }
  return command;
}

function exitStatusHelp(): string {
  const lines = exitStatuses.map(({ status, meaning }) => `  ${String(status).padEnd(5)}${meaning}`);
  return `\nExit status:\n${lines.join('\n')}\n\nNothing leaves your computer: only login, pull and portals talk to the network, and\nonly to the portals you name.`;
}

/** Commander's sentence, with its suggestion as the next step. */
function usageError(
  { code, message }: CommanderError,
  help: string,
  argv: readonly string[],
): BlueButtonError {
  if (code === 'commander.help') {
    return new BlueButtonError('usage', 'That command needs one of its subcommands.', {
      why: help.trim(),
      try: 'the same command with one of them',
    });
  }
  const [sentence = '', hint] = message.replace(/^error: /, '').split('\n');
  const suggestion = hint === undefined ? undefined : /Did you mean (one of )?(.+?)\?/.exec(hint)?.[2];
  const what = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
  return new BlueButtonError('usage', what.endsWith('.') ? what : `${what}.`, {
    why: 'The command line was not understood, so nothing was done.',
    try: tryInstead(suggestion, argv),
  });
}

function tryInstead(suggestion: string | undefined, [first]: readonly string[]): string {
  const command = commandTable.find(({ name, alias }) => name === first || alias === first);
  if (suggestion === undefined) return command ? `bluebutton help ${command.name}` : 'bluebutton help';
  if (suggestion.startsWith('-')) return `the same command with ${suggestion}`;
  return ['bluebutton', ...(command?.commands ? [command.name] : []), suggestion].join(' ');
}

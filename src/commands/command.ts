import type { Context, Outcome } from './context.ts';

/** What a person typed after a command's name, as the table of commands types it. */
export interface CommandInput {
  arguments: string[];
  options: Readonly<Record<string, string | boolean | string[] | undefined>>;
}

/** A command's logic, loaded when it is run. */
export interface CommandModule {
  run(input: CommandInput, context: Context): Promise<Outcome>;
}

/** An option's text; undefined when it was not given. */
export function textOption({ options }: CommandInput, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** True when a flag was given. */
export function flagOption({ options }: CommandInput, name: string): boolean {
  return options[name] === true;
}

/** The values of an option that takes several; undefined when it was not given. */
export function valuesOption({ options }: CommandInput, name: string): string[] | undefined {
  const value = options[name];
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** The values of an option that may be given several times, each of which may be a comma-separated list. */
export function listOption(input: CommandInput, name: string): string[] | undefined {
  return valuesOption(input, name)
    ?.flatMap((item) => item.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

import type { Element } from './element.ts';

/** The name to call a person by: the official or usual one, else the first that is not marked old. */
export function preferredName(names: readonly Element[]): Element | undefined {
  const byUse = (use: string): Element | undefined => names.find((name) => name.string('use') === use);
  return (
    byUse('official') ?? byUse('usual') ?? names.find((name) => name.string('use') !== 'old') ?? names[0]
  );
}

/** A HumanName in natural order: its own text, else prefix, given, family, suffix. */
export function humanNameText(name: Element | undefined): string | undefined {
  if (name === undefined) return undefined;
  const parts = [
    ...name.strings('prefix'),
    ...name.strings('given'),
    ...(name.string('family') === undefined ? [] : [name.string('family')]),
    ...name.strings('suffix'),
  ];
  return name.string('text') ?? (parts.length > 0 ? parts.join(' ') : undefined);
}

import type { Element } from './element.ts';
import type { CommonRow, Fields, Statement } from './row.ts';

/** What a section's `read` may ask about the resource's surroundings. */
export interface RowContext {
  /** The source's own date, for what counts as current. */
  asOf: string | undefined;
  /** The resource a Reference points to, when the same source holds it. */
  resolve: (reference: Element | undefined) => Element | undefined;
}

/** A column of the tables people see: the named fields' texts, joined by a space. */
export interface Column<F extends Fields> {
  title: string;
  fields: readonly (keyof F | keyof CommonRow)[];
}

/** A drawer of the record: which resources belong, what a row of it says, and how its tables look. */
export interface SectionDefinition<F extends Fields> {
  /** Word for `--section` and key in JSON. */
  name: string;
  title: string;
  /** True when the resource is kept in this drawer. The first section in order that says so gets it. */
  holds(resource: Element): boolean;
  fields: F;
  /** What one resource states. Reads only through `Element`; looks at no clock. */
  read(resource: Element, context: RowContext): Statement<F>;
  /** Columns after the name, most important first: a narrow terminal drops the last ones. */
  columns: readonly Column<F>[];
  /** True when rows are shown in the groups current / past / not stated. */
  grouped?: boolean;
}

/** A section as everyone but its own file sees it. */
export type Section = SectionDefinition<Fields>;

/** Checks a section's columns and row against its own fields, then lets it stand among the others. */
export function defineSection<const F extends Fields>(definition: SectionDefinition<F>): Section {
  return {
    ...definition,
    columns: definition.columns.map(({ title, fields }) => ({ title, fields: fields.map(String) })),
  };
}

import type { BuiltRecord } from '../model/index.ts';

/** How an output is to look. Every output takes what concerns it and ignores the rest. */
export interface RenderOptions {
  /** Columns of the terminal or page. */
  width: number;
  colour: boolean;
  /** How all there is can be seen, where the output's own command knows no other format. */
  seeAll?: string;
  /** Names of the sections to show; all of them when absent. */
  sections?: readonly string[];
  /** True to name the place each row comes from, in outputs for people. */
  sources?: boolean;
  /** True to tell all that documents say in words of each section, beside its rows. */
  asWritten?: boolean;
}

/** An output: a record as text, piece by piece. Pure: the same record and options give the same text. */
export type Renderer = (built: BuiltRecord, options: RenderOptions) => Iterable<string>;

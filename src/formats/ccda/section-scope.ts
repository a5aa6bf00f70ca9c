import { lookUp } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { templatesOf } from './statement.ts';

/** What a section is about, as far as it decides what its entries mean. */
export type SectionKind =
  | 'allergies'
  | 'medications'
  | 'problems'
  | 'results'
  | 'vital-signs'
  | 'immunizations'
  | 'procedures'
  | 'encounters'
  | 'social-history'
  | 'family-history'
  | 'functional-status'
  | 'mental-status'
  | 'equipment'
  | 'payers'
  | 'plan'
  | 'goals'
  | 'health-concerns'
  | 'advance-directives'
  | 'care-teams'
  | 'notes'
  | 'other';

/** A section around a statement. */
export interface SectionScope {
  kind: SectionKind;
  element: XmlElement | undefined;
}

const ccda = '2.16.840.1.113883.10.20.22.2.';
const ccd = '2.16.840.1.113883.10.20.1.';
const c83 = '2.16.840.1.113883.3.88.11.83.';
const ihe = '1.3.6.1.4.1.19376.1.5.3.1.3.';

/**
 * Kinds of section by template root: C-CDA 1.1 to 5.0 (with and without the `.1` of "entries required"), CCD R1, HITSP C83,
 * IHE PCC.
 */
const kindOfTemplate: Readonly<Record<string, SectionKind>> = {
  [`${ccda}6`]: 'allergies',
  [`${ccd}2`]: 'allergies',
  [`${c83}102`]: 'allergies',
  [`${ihe}13`]: 'allergies',
  [`${ccda}1`]: 'medications',
  [`${ccda}11`]: 'medications',
  [`${ccda}38`]: 'medications',
  [`${ccda}44`]: 'medications',
  [`${ccd}8`]: 'medications',
  [`${c83}112`]: 'medications',
  [`${c83}113`]: 'medications',
  [`${c83}114`]: 'medications',
  [`${c83}115`]: 'medications',
  [`${ihe}19`]: 'medications',
  [`${ihe}20`]: 'medications',
  [`${ihe}21`]: 'medications',
  [`${ihe}22`]: 'medications',
  [`${ccda}5`]: 'problems',
  [`${ccda}20`]: 'problems',
  [`${ccda}24`]: 'problems',
  [`${ccda}28`]: 'problems',
  [`${ccda}29`]: 'problems',
  [`${ccda}34`]: 'problems',
  [`${ccda}36`]: 'problems',
  [`${ccda}37`]: 'problems',
  [`${ccda}43`]: 'problems',
  [`${ccd}11`]: 'problems',
  [`${c83}103`]: 'problems',
  [`${c83}104`]: 'problems',
  [`${c83}110`]: 'problems',
  [`${c83}111`]: 'problems',
  [`${ihe}6`]: 'problems',
  [`${ihe}8`]: 'problems',
  [`${ihe}3`]: 'problems',
  [`${ihe}7`]: 'problems',
  '2.16.840.1.113883.10.20.2.9': 'problems',
  [`${ccda}3`]: 'results',
  [`${ccd}14`]: 'results',
  [`${c83}122`]: 'results',
  [`${ihe}27`]: 'results',
  [`${ihe}28`]: 'results',
  [`${ccda}4`]: 'vital-signs',
  [`${ccd}16`]: 'vital-signs',
  [`${c83}119`]: 'vital-signs',
  [`${ihe}25`]: 'vital-signs',
  '1.3.6.1.4.1.19376.1.5.3.1.1.5.3.2': 'vital-signs',
  [`${ccda}2`]: 'immunizations',
  [`${ccd}6`]: 'immunizations',
  [`${c83}117`]: 'immunizations',
  [`${ihe}23`]: 'immunizations',
  [`${ccda}7`]: 'procedures',
  [`${ccd}12`]: 'procedures',
  [`${c83}108`]: 'procedures',
  [`${ihe}11`]: 'procedures',
  [`${ihe}12`]: 'procedures',
  [`${ccda}22`]: 'encounters',
  [`${ccd}3`]: 'encounters',
  [`${c83}127`]: 'encounters',
  '1.3.6.1.4.1.19376.1.5.3.1.1.5.3.3': 'encounters',
  [`${ccda}17`]: 'social-history',
  [`${ccda}70`]: 'social-history',
  [`${ccd}15`]: 'social-history',
  [`${c83}126`]: 'social-history',
  [`${ihe}16`]: 'social-history',
  [`${ccda}15`]: 'family-history',
  [`${ccd}4`]: 'family-history',
  [`${c83}125`]: 'family-history',
  [`${ihe}14`]: 'family-history',
  [`${ihe}15`]: 'family-history',
  [`${ccda}14`]: 'functional-status',
  [`${ccd}5`]: 'functional-status',
  [`${c83}109`]: 'functional-status',
  [`${ccda}57`]: 'functional-status',
  [`${ccda}56`]: 'mental-status',
  [`${ccda}23`]: 'equipment',
  [`${ccd}7`]: 'equipment',
  [`${c83}128`]: 'equipment',
  [`${ccda}18`]: 'payers',
  [`${ccd}9`]: 'payers',
  [`${c83}101`]: 'payers',
  [`${ccda}10`]: 'plan',
  [`${ccda}30`]: 'plan',
  [`${ccda}9`]: 'plan',
  [`${ccd}10`]: 'plan',
  [`${c83}124`]: 'plan',
  [`${c83}123`]: 'plan',
  [`${ihe}31`]: 'plan',
  '2.16.840.1.113883.10.20.21.2.3': 'plan',
  [`${ccda}60`]: 'goals',
  [`${ccda}58`]: 'health-concerns',
  [`${ccda}21`]: 'advance-directives',
  [`${ccd}1`]: 'advance-directives',
  [`${c83}116`]: 'advance-directives',
  [`${ihe}34`]: 'advance-directives',
  [`${ihe}35`]: 'advance-directives',
  [`${ccda}500`]: 'care-teams',
  [`${ccda}65`]: 'notes',
};

/** Kinds of section by LOINC code, for sections without a template this tool knows. */
const kindOfLoinc: Readonly<Record<string, SectionKind>> = {
  '48765-2': 'allergies',
  '10160-0': 'medications',
  '10183-2': 'medications',
  '75311-1': 'medications',
  '42346-7': 'medications',
  '29549-3': 'medications',
  '18610-6': 'medications',
  '11450-4': 'problems',
  '11348-0': 'problems',
  '46241-6': 'problems',
  '11535-2': 'problems',
  '10219-4': 'problems',
  '59769-0': 'problems',
  '55109-3': 'problems',
  '30954-2': 'results',
  '8716-3': 'vital-signs',
  '11369-6': 'immunizations',
  '47519-4': 'procedures',
  '46240-8': 'encounters',
  '29762-2': 'social-history',
  '10162-6': 'social-history',
  '10157-6': 'family-history',
  '47420-5': 'functional-status',
  '61144-2': 'functional-status',
  '10190-7': 'mental-status',
  '46264-8': 'equipment',
  '48768-6': 'payers',
  '18776-5': 'plan',
  '62387-6': 'plan',
  '61146-7': 'goals',
  '75310-3': 'health-concerns',
  '42348-3': 'advance-directives',
  '85847-2': 'care-teams',
};

/** Kinds of section by the words of a title, for sections that have nothing else. */
const kindOfTitle: readonly (readonly [RegExp, SectionKind])[] = [
  [/\ballerg/i, 'allergies'],
  [/\bfamily\b/i, 'family-history'],
  [/\bsocial history\b/i, 'social-history'],
  [/\bvital/i, 'vital-signs'],
  [/\b(immuni[sz]ation|vaccin)/i, 'immunizations'],
  [/\b(medication|medicine|prescription)/i, 'medications'],
  [/\b(lab|laboratory|results?)\b/i, 'results'],
  [/\b(problems?|diagnos[ei]s|conditions?)\b/i, 'problems'],
  [/\b(procedures?|surger(y|ies)|operations?)\b/i, 'procedures'],
  [/\b(encounters?|visits)\b/i, 'encounters'],
];

/**
 * What a section is about: by its templates, else by its code, and where it has neither by its title; a subsection of no
 * kind of its own is its parent's.
 */
export function scopeOf(section: XmlElement, outer?: SectionScope): SectionScope {
  const templates = templatesOf(section).map((root) =>
    lookUp(kindOfTemplate, root.replace(/(2\.\d+)\.1$/, '$1')),
  );
  const code = section.at('code')?.attribute('code');
  const byCode = lookUp(kindOfLoinc, code);
  const title = code === undefined ? (section.at('title')?.text() ?? '') : '';
  const byTitle = kindOfTitle.find(([words]) => words.test(title))?.[1];
  const kind = templates.find((found) => found !== undefined) ?? byCode ?? byTitle ?? outer?.kind ?? 'other';
  return { kind, element: section };
}

/** Templates of entries that say what they are wherever they stand: results and vital signs of C-CDA, CCD R1 and IHE. */
const kindOfEntry: Readonly<Record<string, SectionKind>> = {
  '2.16.840.1.113883.10.20.22.4.1': 'results',
  '2.16.840.1.113883.10.20.22.4.2': 'results',
  '2.16.840.1.113883.10.20.1.31': 'results',
  '2.16.840.1.113883.10.20.1.32': 'results',
  '2.16.840.1.113883.10.20.22.4.26': 'vital-signs',
  '2.16.840.1.113883.10.20.22.4.27': 'vital-signs',
  '2.16.840.1.113883.10.20.1.35': 'vital-signs',
};

/** The scope of an entry: its section's, or in a section of no known kind what the entry's own template says. */
export function scopeOfEntry(entry: XmlElement, section: SectionScope): SectionScope {
  if (section.kind !== 'other') return section;
  const kinds = entry
    .elements()
    .flatMap((statement) => templatesOf(statement))
    .map((root) => lookUp(kindOfEntry, root));
  return { ...section, kind: kinds.find((kind) => kind !== undefined) ?? section.kind };
}

import type { XmlElement } from '../xml/element.ts';

/** A guide that documents are written by, and what says so. */
interface Guide {
  /** Id of its documents' template, or what such ids begin with. */
  root: string;
  /** The date that stands with the id; empty when it stands there alone, absent when that does not matter. */
  date?: string;
  name: string;
  /** True when the name tells the kind of document already. */
  isKind?: true;
}

const ccda = '2.16.840.1.113883.10.20.22.1';
const ihe = '1.3.6.1.4.1.19376.1.5.3.1.1';

/**
 * The guides, the newest first (their own lists of template ids). C-CDA dates a template when it changes it: where a later
 * release left the documents' templates as they were, their date does not tell it from the one before.
 */
const guides: readonly Guide[] = [
  { root: ccda, date: '2024-05-01', name: 'C-CDA R3.0 or later' },
  { root: ccda, date: '2023-05-01', name: 'C-CDA R2.1 or R3.0' },
  { root: ccda, date: '2015-08-01', name: 'C-CDA R2.1' },
  { root: ccda, date: '2014-06-09', name: 'C-CDA R2.0' },
  // The kinds that R2.0 brought have no date there.
  { root: `${ccda}.13`, date: '', name: 'C-CDA R2.0' },
  { root: `${ccda}.14`, date: '', name: 'C-CDA R2.0' },
  { root: `${ccda}.15`, date: '', name: 'C-CDA R2.0' },
  { root: ccda, date: '', name: 'C-CDA R1.1' },
  { root: ccda, name: 'C-CDA' },
  { root: '2.16.840.1.113883.3.88.11.32.1', name: 'HITSP C32', isKind: true },
  { root: '2.16.840.1.113883.3.88.11.62.1', name: 'HITSP C62' },
  { root: `${ihe}.2`, name: 'IHE PCC Medical Summary', isKind: true },
  { root: `${ihe}.3`, name: 'IHE PCC Referral Summary', isKind: true },
  { root: `${ihe}.4`, name: 'IHE PCC Discharge Summary', isKind: true },
  { root: `${ihe}.5`, name: 'IHE PCC XPHR Extract', isKind: true },
  { root: `${ihe}.6`, name: 'IHE PCC XPHR Update', isKind: true },
  { root: '2.16.840.1.113883.10.20.1', name: 'CCD R1', isKind: true },
  { root: ihe, name: 'IHE PCC' },
];

/** Templates inside a document that only the latest releases have: they tell those apart, the newest first. */
const laterTemplates: readonly Guide[] = [
  { root: '2.16.840.1.113883.10', date: '2026-05-01', name: 'C-CDA R5.0' },
  { root: '2.16.840.1.113883.10', date: '2025-05-01', name: 'C-CDA R4.0 or later' },
];

/** The kinds of document: last arc of C-CDA's template, LOINC type, name (C-CDA, "Document-Level Templates"). */
const kinds: readonly (readonly [arc: string, loinc: string | undefined, name: string])[] = [
  ['2', '34133-9', 'Continuity of Care Document'],
  ['3', '34117-2', 'History and Physical'],
  ['4', '11488-4', 'Consultation Note'],
  ['5', '18748-4', 'Diagnostic Imaging Report'],
  ['6', '28570-0', 'Procedure Note'],
  ['7', '11504-8', 'Operative Note'],
  ['8', '18842-5', 'Discharge Summary'],
  ['9', '11506-3', 'Progress Note'],
  ['10', undefined, 'Unstructured Document'],
  ['13', '18761-7', 'Transfer Summary'],
  ['14', '57133-1', 'Referral Note'],
  ['15', '52521-2', 'Care Plan'],
];

/**
 * What a clinical document says it is: the newest guide among its template ids and the kind of document, e.g. `C-CDA R2.1
 * Discharge Summary`. What it does not state is left out; `CDA R2` when it names no guide.
 */
export function formatNameOf(root: XmlElement): string {
  const templates = root.all('templateId');
  const stated = newestOf(guides, templates);
  const guide = stated === guides[0] ? (newestOf(laterTemplates, templatesIn(root)) ?? stated) : stated;
  const kind = stated?.isKind === true ? undefined : kindOf(root, templates);
  return [guide?.name ?? 'CDA R2', kind].filter((part) => part !== undefined).join(' ');
}

function newestOf(among: readonly Guide[], templates: readonly XmlElement[]): Guide | undefined {
  return among.find((guide) => templates.some((template) => isOf(guide, template)));
}

function isOf({ root, date }: Guide, template: XmlElement): boolean {
  const id = template.attribute('root') ?? '';
  const isSame = date === undefined || date === (template.attribute('extension') ?? '');
  return isSame && (id === root || id.startsWith(`${root}.`));
}

function templatesIn(root: XmlElement): XmlElement[] {
  return [...root.descendants()].filter(({ name }) => name === 'templateId');
}

/** By its templates, where one is of a kind; else by its LOINC type. */
function kindOf(root: XmlElement, templates: readonly XmlElement[]): string | undefined {
  const ids = templates.map((template) => template.attribute('root'));
  const stated = kinds.filter(([arc]) => ids.includes(`${ccda}.${arc}`)).map(([, , name]) => name);
  if (stated.length > 0) return stated.join(' and ');
  const code = root.at('code');
  const isLoinc = code?.attribute('codeSystem') === '2.16.840.1.113883.6.1';
  return isLoinc ? kinds.find(([, loinc]) => loinc === code?.attribute('code'))?.[2] : undefined;
}

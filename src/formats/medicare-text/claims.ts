import { Decimal, type JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions, type Resource } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf, numberOf, present, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { coded, unsaid } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';

const claimType = 'http://terminology.hl7.org/CodeSystem/claim-type';
const hl7Adjudication = 'http://terminology.hl7.org/CodeSystem/adjudication';
const carin = 'http://hl7.org/fhir/us/carin-bb/CodeSystem';
const hcpcs = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
const cpt = 'http://www.ama-assn.org/go/cpt';
const placeOfService = 'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set';

/** Medicare's words for a claim's type, lower case → HL7 claim type, where they are one of them. */
const typeOf: Readonly<Record<string, string>> = {
  partb: 'professional',
  carrier: 'professional',
  dme: 'professional',
  outpatient: 'institutional',
  inpatient: 'institutional',
  'skilled nursing facility': 'institutional',
  snf: 'institutional',
  hospice: 'institutional',
  'home health': 'institutional',
  hha: 'institutional',
  parta: 'institutional',
  'part d': 'pharmacy',
  partd: 'pharmacy',
};

/** The key by which a claim's header names an amount, and what CARIN calls it. */
const totals: readonly (readonly [string, string, string])[] = [
  ['Amount Charged', hl7Adjudication, 'submitted'],
  ['Medicare Approved', hl7Adjudication, 'eligible'],
  ['Provider Paid', `${carin}/C4BBAdjudication`, 'paidtoprovider'],
  ['You May be Billed', `${carin}/C4BBAdjudication`, 'memberliability'],
];

const lineAmounts: readonly (readonly [string, string, string])[] = [
  ['Submitted Amount/Charges', hl7Adjudication, 'submitted'],
  ['Allowed Amount', hl7Adjudication, 'eligible'],
  ['Non-Covered', `${carin}/C4BBAdjudication`, 'noncovered'],
];

/** A claim: its header, and the lines that stand under a title of their own. */
export interface ClaimRecord {
  /** All of the claim, where it is one for a drug. */
  header: TextRecord;
  lines: TextRecord[];
  /** The number in the title of lines that have no header. */
  number?: string;
  isDrug?: boolean;
}

/** What every claim has, whatever is claimed. R4 demands more than the report says. */
function claimOf(number: string | undefined, type: string | undefined, report: TextReport): Resource {
  const code = lookUp(typeOf, type?.toLowerCase());
  // A plan decides Part D claims, and the report does not say which.
  const decides = code === 'pharmacy' ? { extension: [absent('unknown')] } : { display: 'Medicare' };
  return {
    resourceType: 'ExplanationOfBenefit',
    ...filled({
      identifier: listOf([number && { type: coded(`${carin}/C4BBIdentifierType`, 'uc'), value: number }]),
    }),
    ...unsaid('status'),
    type:
      type === undefined
        ? { extension: [absent('unknown')] }
        : { ...filled({ coding: listOf([code && { system: claimType, code }]) }), text: type },
    use: 'claim',
    patient: report.subject,
    ...unsaid('created'),
    insurer: decides,
    ...unsaid('outcome'),
    insurance: [{ focal: true, coverage: decides }],
  };
}

/** A claim of Part A or B, or for equipment → ExplanationOfBenefit as CARIN shapes it. */
export function medicalClaim({ header, lines, number }: ClaimRecord, report: TextReport): void {
  const start = header.text('Service Start Date');
  const end = header.text('Service End Date');
  const provider = header.text('Provider');
  const address = header.text('Provider Billing Address');
  const claim = claimOf(header.text('Claim Number') ?? number, header.text('Claim Type'), report);
  const serviceLines = lines.filter((line) => !isTotal(line));
  // An institution codes a stay by the day it ends.
  const coded9or10 = isInstitutional(claim) ? (end ?? start) : (start ?? end);
  const people = careTeamOf(serviceLines);
  const diagnosis = header.fields
    .filter(({ key }) => /^Diagnosis Code \d+$/.test(key))
    .flatMap(({ key }) => header.text(key) ?? [])
    .map((code, index) => ({
      sequence: index + 1,
      diagnosisCodeableConcept: { coding: [filled({ system: diagnosisSystem(coded9or10), code })] },
    }));
  const item = serviceLines.map((line, index) => itemOf(line, index + 1, people));
  const left = lines.flatMap((line) => {
    const name = lineName(line);
    return line.left().map((text) => `${name}, ${text}`);
  });
  report.emit(
    {
      ...claim,
      ...filled({
        extension: listOf([
          valued(
            ourExtensions.asSent,
            'valueString',
            address === undefined ? undefined : `Provider Billing Address: ${address}`,
          ),
          ...left.map((text) => valued(ourExtensions.asSent, 'valueString', text)),
        ]),
        billablePeriod: filledOrNone({
          ...(start === undefined ? {} : pointMembers('start', readTextDate(start))),
          ...(end === undefined ? {} : pointMembers('end', readTextDate(end))),
        }),
      }),
      provider: provider === undefined ? absentProvider : { display: provider },
      ...filled({
        careTeam: listOf(people.map(({ member }) => member)),
        diagnosis: listOf(diagnosis),
        item: listOf(item),
        total: listOf(amountsOf(header, totals)),
      }),
    },
    joined(header, lines),
  );
}

const absentProvider = { extension: [absent('unknown')] };

/** A prescription paid by Part D → ExplanationOfBenefit of the type pharmacy. */
export function drugClaim(record: TextRecord, report: TextReport): void {
  const drug = record.text('Drug Name');
  const ndc = record.text('Drug Code');
  const date = record.text('Claim Service Date');
  const [days, fill] = [record.read("Days' Supply", numberOf), record.read('Fill Number', numberOf)];
  const pharmacyId = record.text('Pharmacy / Service Provider');
  const prescriberId = record.text('Prescriber Identifer') ?? record.text('Prescriber Identifier');
  const prescriber = filledOrNone({
    identifier: prescriberId && { value: prescriberId },
    display: record.text('Prescriber Name'),
  });
  const day = date === undefined ? {} : pointMembers('start', readTextDate(date));
  const info = (code: string, value: number | Decimal | undefined): JsonObject | undefined =>
    value === undefined
      ? undefined
      : { category: coded(`${carin}/C4BBSupportingInfoType`, code), valueQuantity: { value } };
  const supporting = present([info('dayssupply', days), info('refillnum', fill)]);
  report.emit(
    {
      ...claimOf(record.text('Claim Number'), record.text('Claim Type'), report),
      ...filled({ billablePeriod: filledOrNone(day) }),
      provider:
        filledOrNone({
          identifier: pharmacyId && { value: pharmacyId },
          display: record.text('Pharmacy Name'),
        }) ?? absentProvider,
      ...filled({
        careTeam: listOf([
          prescriber && {
            sequence: 1,
            provider: prescriber,
            role: coded(`${carin}/C4BBClaimCareTeamRole`, 'prescribing'),
          },
        ]),
        supportingInfo: listOf(supporting.map((one, index) => ({ sequence: index + 1, ...one }))),
        item: [
          {
            sequence: 1,
            productOrService: {
              ...filled({
                coding: listOf([
                  ndc && filled({ system: 'http://hl7.org/fhir/sid/ndc', code: ndc, display: drug }),
                ]),
                text: drug,
              }),
            },
            ...(date === undefined ? {} : pointMembers('servicedDate', readTextDate(date))),
          },
        ],
      }),
    },
    record,
  );
}

/** The header and the lines as one record: what nobody took of the header is kept with the claim. */
function joined(header: TextRecord, lines: readonly TextRecord[]): TextRecord {
  for (const line of lines) header.lines.push(...line.lines);
  return header;
}

/** The last line of an institution's claim adds the others up. It is no service, and its amounts are the claim's. */
function isTotal(line: TextRecord): boolean {
  return line.fields.some(({ key, value }) => key === 'Revenue Code/Description' && /^0{2,3}1\b/.test(value));
}

function lineName(line: TextRecord): string {
  const [number] = line.fields.filter(({ key }) => key === 'Line number').map(({ value }) => value);
  return `Line ${number ?? '?'}`;
}

interface Rendering {
  id: string;
  member: JsonObject;
}

/** Who rendered the services, once each. */
function careTeamOf(lines: readonly TextRecord[]): Rendering[] {
  const ids = new Set(lines.flatMap((line) => renderingOf(line) ?? []));
  return [...ids].map((id, index) => {
    const [npi, number] = id.split('|');
    return {
      id,
      member: {
        sequence: index + 1,
        provider: {
          identifier:
            npi === undefined || npi === ''
              ? filled({ value: number })
              : { system: 'http://hl7.org/fhir/sid/us-npi', value: npi },
          ...filled({ display: npi !== '' && number !== '' ? `Provider No ${number}` : undefined }),
        },
        role: coded(`${carin}/C4BBClaimCareTeamRole`, 'rendering'),
      },
    };
  });
}

function renderingOf(line: TextRecord): string | undefined {
  const [npi = '', number = ''] = [line.text('Rendering Provider NPI'), line.text('Rendering Provider No')];
  return npi === '' && number === '' ? undefined : `${npi}|${number}`;
}

function itemOf(line: TextRecord, sequence: number, people: readonly Rendering[]): JsonObject {
  line.text('Line number');
  const from = line.text('Date of Service From');
  const to = line.text('Date of Service To');
  const quantity = line.read('Quantity Billed/Units', numberOf);
  const rendering = renderingOf(line);
  const member = people.findIndex(({ id }) => id === rendering);
  const procedure = line.text('Procedure Code/Description');
  const place = line.text('Place of Service/Description');
  const service = line.text('Type of Service/Description');
  const revenue = line.text('Revenue Code/Description');
  const modifiers = [1, 2, 3, 4].flatMap((number) => line.text(`Modifier ${number}/Description`) ?? []);
  return {
    sequence,
    ...filled({
      careTeamSequence: member < 0 ? undefined : [member + 1],
      revenue:
        revenue === undefined
          ? undefined
          : described('https://www.nubc.org/CodeSystem/RevenueCodes', revenue),
      category: service === undefined ? undefined : described(undefined, service),
    }),
    productOrService:
      procedure === undefined
        ? coded('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'not-applicable')
        : described(procedureSystem(procedure), procedure),
    ...filled({
      modifier: listOf(modifiers.map((modifier) => described(procedureSystem(modifier), modifier))),
    }),
    ...serviced(from, to),
    ...filled({
      locationCodeableConcept: place === undefined ? undefined : described(placeOfService, place),
      quantity: quantity === undefined ? undefined : { value: quantity },
      adjudication: listOf(amountsOf(line, lineAmounts)),
    }),
  };
}

function serviced(from: string | undefined, to: string | undefined): JsonObject {
  if (from === undefined) return {};
  if (to === undefined || to === from) return pointMembers('servicedDate', readTextDate(from));
  return {
    servicedPeriod: {
      ...pointMembers('start', readTextDate(from)),
      ...pointMembers('end', readTextDate(to)),
    },
  };
}

/** `11 - Office` as a code and what it is called; what is not so written is words. */
export function described(system: string | undefined, text: string): JsonObject {
  const [, code, display] = /^([A-Z0-9]{1,11}) +- +(\S.*)$/s.exec(text) ?? [];
  if (code === undefined)
    return /^[A-Z0-9]{2,5}$/.test(text) && system !== undefined
      ? { coding: [{ system, code: text }] }
      : { text };
  return { coding: [filled({ system, code, display })], text };
}

/** Digits are CPT's codes and modifiers; with a letter first they are HCPCS level II's. */
function procedureSystem(text: string): string {
  return /^\d/.test(text) ? cpt : hcpcs;
}

/** Claims name ICD-9-CM for services before October 2015, ICD-10-CM from then on; without a date nobody knows. */
function diagnosisSystem(date: string | undefined): string | undefined {
  const { value } = readTextDate(date ?? '');
  if (value === undefined) return undefined;
  return value < '2015-10-01' ? 'http://hl7.org/fhir/sid/icd-9-cm' : 'http://hl7.org/fhir/sid/icd-10-cm';
}

function isInstitutional({ type }: Resource): boolean {
  return JSON.stringify(type).includes('"institutional"');
}

/** The amounts of a record as CARIN's categories. `* Not Available *` is none; what is no amount stays as sent. */
function amountsOf(
  record: TextRecord,
  amounts: readonly (readonly [string, string, string])[],
): (JsonObject | undefined)[] {
  return amounts.map(([key, system, code]) => {
    const value = record.read(key, (text) => numberOf(text.replace(/^(-?)\$ ?/, '$1').replaceAll(',', '')));
    return value === undefined
      ? undefined
      : { category: coded(system, code), amount: { value, currency: 'USD' } };
  });
}

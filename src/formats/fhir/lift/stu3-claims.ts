import { isNumber, isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { terminology } from './code-systems.ts';
import { medicareAmounts } from './medicare-v1.ts';
import {
  append,
  coded,
  listIn,
  objectIn,
  objectsIn,
  recode,
  rename,
  renameIn,
  take,
  takeObject,
  takeText,
  type Rule,
  type Rules,
} from './rule.ts';

/** STU3's Money is a Quantity whose code is the currency; R4's says the currency alone. */
const money: Rule = (node) => {
  const { code, unit, system } = node;
  const currency = [code, unit].find((text) => typeof text === 'string' && /^[A-Z]{3}$/.test(text));
  if (currency === undefined) return;
  node['currency'] = currency;
  if (code === currency) delete node['code'];
  if (unit === currency || unit === '$') delete node['unit'];
  if (system === 'urn:iso:std:iso:4217') delete node['system'];
};

/** Lines name parts of the claim by their sequence numbers in both releases, under other names. */
const links = rename({
  careTeamLinkId: 'careTeamSequence',
  diagnosisLinkId: 'diagnosisSequence',
  procedureLinkId: 'procedureSequence',
  informationLinkId: 'informationSequence',
  sequenceLinkId: 'itemSequence',
  service: 'productOrService',
  fee: 'unitPrice',
});

/** The totals that STU3 has members for, by the HL7 adjudication code that R4 asks for. */
const totals: Rule = (node) => {
  for (const [name, code] of [
    ['totalCost', 'submitted'],
    ['totalBenefit', 'benefit'],
  ] as const) {
    const amount = takeObject(node, name);
    if (amount) append(node, 'total', [{ category: coded(`${terminology}adjudication`, code), amount }]);
  }
};

/** Times that STU3 has members for are supporting information in R4, numbered after what is there. */
const times: Rule = (node) => {
  for (const [name, code] of [
    ['hospitalization', 'hospitalized'],
    ['employmentImpacted', 'employmentimpacted'],
  ] as const) {
    const timingPeriod = takeObject(node, name);
    if (timingPeriod === undefined) continue;
    const numbers = objectsIn(node, 'supportingInfo').map(({ sequence }) =>
      isNumber(sequence) ? Number(sequence) : 0,
    );
    const sequence = Math.max(0, ...numbers) + 1;
    const category = coded(`${terminology}claiminformationcategory`, code);
    append(node, 'supportingInfo', [{ sequence, category, timingPeriod }]);
  }
};

/** R4 knows one responsible provider, a person or an organization; STU3 can name both, and then the second is kept. */
const organization = rename({ organization: 'provider' });

const codeOf = (value: JsonValue | undefined): string | undefined => {
  if (!isObject(value)) return undefined;
  const code = objectsIn(value, 'coding').find((coding) => typeof coding['code'] === 'string')?.['code'];
  return typeof code === 'string' ? code : undefined;
};

/** A code where STU3 has a concept: the concept is kept where it says more than its code. */
function toCode(name: string): Rule {
  return (node, { keep }) => {
    const concept = objectIn(node, name);
    const code = codeOf(concept);
    if (concept === undefined || code === undefined) return;
    if (concept['text'] !== undefined || listIn(concept, 'coding').length > 1) keep(node, name);
    node[name] = code;
  };
}

/** The one insurance of STU3 is the one that the claim was decided under. */
const insurance: Rule = (node) => {
  const { insurance: sent } = node;
  if (isObject(sent)) node['insurance'] = [{ focal: true, ...sent }];
};

const formCode: Rule = (node) => {
  const form = objectIn(node, 'form');
  if (form && (form['coding'] !== undefined || form['text'] !== undefined))
    renameIn(node, { form: 'formCode' });
};

/** Plan, group and their parts: each a class of R4's, with its value and its name. */
const grouping: Rule = (node) => {
  const sent = objectIn(node, 'grouping');
  const kinds = ['group', 'subGroup', 'plan', 'subPlan', 'class', 'subClass'];
  if (sent) {
    append(
      node,
      'class',
      kinds.flatMap((kind) => {
        const [value, name] = [take(sent, kind), take(sent, `${kind}Display`)];
        return value === undefined && name === undefined
          ? []
          : [coverageClass(kind.toLowerCase(), value, name)];
      }),
    );
    if (Object.keys(sent).length === 0) delete node['grouping'];
  }
  const sequence = takeText(node, 'sequence');
  if (sequence !== undefined) append(node, 'class', [coverageClass('sequence', sequence)]);
};

/** One class of a Coverage (R4 coverage-class). */
export function coverageClass(kind: string, value: JsonValue | undefined, name?: JsonValue): JsonObject {
  return {
    type: coded(`${terminology}coverage-class`, kind),
    ...(value !== undefined && { value }),
    ...(name !== undefined && { name }),
  };
}

const claim: readonly Rule[] = [rename({ information: 'supportingInfo' }), times, organization];

/** STU3 to R4, for coverage and claims (HL7's R3 to R4 maps; Medicare's Blue Button API v1). */
export const stu3Claims: Rules = {
  Money: [money],
  Coverage: [grouping],
  Claim: [
    ...claim,
    recode('use', { complete: 'claim', proposed: 'preauthorization', exploratory: 'predetermination' }),
  ],
  ClaimItem: [links],
  ClaimItemDetail: [links],
  ClaimItemDetailSubDetail: [links],
  ExplanationOfBenefit: [...claim, medicareAmounts, totals, insurance, toCode('outcome'), formCode],
  ExplanationOfBenefitItem: [links],
  ExplanationOfBenefitItemDetail: [links],
  ExplanationOfBenefitItemDetailSubDetail: [links],
  ExplanationOfBenefitAddItem: [links],
  ExplanationOfBenefitAddItemDetail: [links],
  ExplanationOfBenefitProcessNote: [toCode('type')],
  ClaimResponse: [
    totals,
    toCode('outcome'),
    formCode,
    rename({ requestProvider: 'requestor' }),
    rename({ requestOrganization: 'requestor' }),
  ],
  ClaimResponseItem: [links],
  ClaimResponseItemDetail: [rename({ sequenceLinkId: 'detailSequence' })],
  ClaimResponseItemDetailSubDetail: [rename({ sequenceLinkId: 'subDetailSequence' })],
  ClaimResponseAddItem: [links],
  ClaimResponseAddItemDetail: [links],
  ClaimResponseProcessNote: [toCode('type')],
  ClaimResponseError: [
    rename({
      sequenceLinkId: 'itemSequence',
      detailSequenceLinkId: 'detailSequence',
      subdetailSequenceLinkId: 'subDetailSequence',
    }),
  ],
};

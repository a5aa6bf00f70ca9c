import { codesOf, type Code } from './coding.ts';
import type { Element } from './element.ts';
import { amountIn, amountText, sumOf, type Amount } from './money.ts';

/** The amounts of a claim that people ask for. */
export type AmountKind = 'billed' | 'allowed' | 'paid' | 'share';

/**
 * What each amount is called, best first: variables of Medicare's Blue Button (`https://bluebutton.cms.gov/resources/variables/`),
 * then HL7's and CARIN's adjudication codes.
 */
const names: Readonly<Record<AmountKind, readonly string[]>> = {
  billed: [
    'nch_carr_clm_sbmtd_chrg_amt',
    'clm_tot_chrg_amt',
    'line_sbmtd_chrg_amt',
    'rev_cntr_tot_chrg_amt',
    'tot_rx_cst_amt',
    'submitted',
    'drugcost',
  ],
  allowed: ['nch_carr_clm_alowd_amt', 'line_alowd_chrg_amt', 'eligible'],
  paid: [
    'line_nch_pmt_amt',
    'rev_cntr_pmt_amt_amt',
    'cvrd_d_plan_pd_amt',
    'benefit',
    'paidtoprovider',
    'paidtopatient',
  ],
  share: ['memberliability', 'ptnt_pay_amt', 'paidbypatient'],
};

/** An amount of a whole claim as text; a sum of its lines says so. */
export function claimAmount(claim: Element, kind: AmountKind): string | undefined {
  const stated = statedAmount(claim, kind);
  // A deductible or coinsurance of the whole claim is no part of its lines: their sum would be too little.
  const lines = kind === 'share' && statesCostShare(claim) ? undefined : sumOfLines(claim, kind);
  if (stated === undefined) return lines && `${amountText(lines)} (sum of lines)`;
  // Medicare's carrier claims state a total charge of zero beside lines that were charged for.
  const isEmptyTotal =
    kind === 'billed' && Number(stated.digits) === 0 && lines !== undefined && Number(lines.digits) !== 0;
  return isEmptyTotal
    ? `${amountText(lines)} (sum of lines; the claim states ${amountText(stated)})`
    : amountText(stated);
}

/** Every amount that a claim states as a whole, each under its own name. */
export function claimAmounts(claim: Element): string[] {
  const payment = claim.child('payment');
  const paid = amountIn(payment?.child('amount'));
  return [
    ...wholeAmounts(claim).flatMap((one) => {
      const amount = amountOf(one);
      const name = ownName(one.child('category') ?? one.child('type'));
      return amount === undefined ? [] : [`${name ?? 'amount'}: ${amountText(amount)}`];
    }),
    ...(paid === undefined ? [] : [`payment: ${amountText(paid)}`]),
  ];
}

/** What an amount is called: by Medicare's own words where it has a variable, else in the first words there are. */
function ownName(concept: Element | undefined): string | undefined {
  const codes = codesOf(concept);
  const variable = codes.find(isVariable);
  const named = variable ?? codes.find(({ display }) => display !== undefined);
  return named?.display ?? concept?.string('text') ?? codes[0]?.code;
}

function isVariable({ code }: Code): boolean {
  return code?.startsWith('https://bluebutton.cms.gov/') === true;
}

function statesCostShare(claim: Element): boolean {
  return wholeAmounts(claim).some(
    (one) =>
      namesOfAmount(one).some((name) => /ddctbl|coinsrnc|deductible|coinsurance|copay/.test(name)) &&
      Number(amountOf(one)?.digits ?? 0) !== 0,
  );
}

/** Totals, balances and adjudications of the claim as a whole. */
function wholeAmounts(claim: Element): Element[] {
  const balances = claim.children('benefitBalance').flatMap((balance) => balance.children('financial'));
  const totals = Array.isArray(claim.value['total']) ? claim.children('total') : [];
  return [...balances, ...totals, ...claim.children('adjudication')];
}

/** True for the line of an institution's claim that adds the others up (NUBC revenue code 0001). */
export function isTotalLine(line: Element): boolean {
  return codesOf(line.child('revenue')).some(({ code }) => /^0{2,3}1$/.test(code ?? ''));
}

/** An amount of one line as text. */
export function lineAmount(line: Element, kind: AmountKind): string | undefined {
  const [amount] = amountsNamed(line.children('adjudication'), kind);
  return amount && amountText(amount);
}

function statedAmount(claim: Element, kind: AmountKind): Amount | undefined {
  const [named] = amountsNamed(wholeAmounts(claim), kind);
  if (named !== undefined) return named;
  const single = Array.isArray(claim.value['total']) ? undefined : amountIn(claim.child('total'));
  if (kind === 'billed') return single;
  return kind === 'paid' ? amountIn(claim.child('payment')?.child('amount')) : undefined;
}

/** The lines' amounts added, where every line has one and none has two of a kind. */
function sumOfLines(claim: Element, kind: AmountKind): Amount | undefined {
  const lines = claim
    .children('item')
    .filter((line) => !isTotalLine(line))
    .map((line) => amountsNamed(line.children('adjudication'), kind));
  return lines.every((amounts) => amounts.length === 1) ? sumOf(lines.flat()) : undefined;
}

/** The amounts called by the best name that is there. */
function amountsNamed(adjudications: readonly Element[], kind: AmountKind): Amount[] {
  for (const name of names[kind]) {
    const found = adjudications.flatMap((one) =>
      namesOfAmount(one).includes(name) ? (amountOf(one) ?? []) : [],
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** What an amount is: Medicare's own variable where it has one, for the HL7 code beside it is the nearest one, not the same. */
function namesOfAmount(adjudication: Element): string[] {
  const codes = codesOf(adjudication.child('category') ?? adjudication.child('type'));
  const variables = codes.filter(isVariable);
  return (variables.length > 0 ? variables : codes).flatMap(({ code }) =>
    code === undefined ? [] : [code.slice(code.lastIndexOf('/') + 1)],
  );
}

function amountOf(adjudication: Element): Amount | undefined {
  return amountIn(
    adjudication.child('amount') ?? adjudication.child('usedMoney') ?? adjudication.child('allowedMoney'),
  );
}

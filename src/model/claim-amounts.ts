import { codesOf } from './coding.ts';
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
  share: ['memberliability', 'rev_cntr_ptnt_rspnsblty_pmt', 'ptnt_pay_amt', 'paidbypatient'],
};

/** An amount of a whole claim as text; a sum of its lines says so. */
export function claimAmount(claim: Element, kind: AmountKind): string | undefined {
  const stated = statedAmount(claim, kind);
  const lines = sumOfLines(claim, kind);
  if (stated === undefined) return lines && `${amountText(lines)} (sum of lines)`;
  // Medicare's carrier claims state a total charge of zero beside lines that were charged for.
  const isEmptyTotal = Number(stated.digits) === 0 && lines !== undefined && Number(lines.digits) !== 0;
  return isEmptyTotal
    ? `${amountText(lines)} (sum of lines; the claim states ${amountText(stated)})`
    : amountText(stated);
}

/** An amount of one line as text. */
export function lineAmount(line: Element, kind: AmountKind): string | undefined {
  const [amount] = amountsNamed(line.children('adjudication'), kind);
  return amount && amountText(amount);
}

function statedAmount(claim: Element, kind: AmountKind): Amount | undefined {
  const balances = claim.children('benefitBalance').flatMap((balance) => balance.children('financial'));
  const totals = Array.isArray(claim.value['total']) ? claim.children('total') : [];
  const [named] = amountsNamed([...balances, ...totals, ...claim.children('adjudication')], kind);
  if (named !== undefined) return named;
  const single = Array.isArray(claim.value['total']) ? undefined : amountIn(claim.child('total'));
  if (kind === 'billed') return single;
  return kind === 'paid' ? amountIn(claim.child('payment')?.child('amount')) : undefined;
}

/** The lines' amounts added, where no line has two of a kind. */
function sumOfLines(claim: Element, kind: AmountKind): Amount | undefined {
  const lines = claim
    .children('item')
    .map((line) => amountsNamed(line.children('adjudication'), kind))
    .filter((amounts) => amounts.length > 0);
  return lines.some((amounts) => amounts.length > 1) ? undefined : sumOf(lines.flat());
}

/** The amounts called by the best name that is there. */
function amountsNamed(adjudications: readonly Element[], kind: AmountKind): Amount[] {
  for (const name of names[kind]) {
    const found = adjudications.flatMap((one) => (nameOfAmount(one) === name ? (amountOf(one) ?? []) : []));
    if (found.length > 0) return found;
  }
  return [];
}

/** What an amount is: Medicare's own variable where it has one, for the HL7 code beside it is the nearest one, not the same. */
function nameOfAmount(adjudication: Element): string | undefined {
  const codes = codesOf(adjudication.child('category') ?? adjudication.child('type'));
  const variable = codes.find(({ code }) => code?.startsWith('https://bluebutton.cms.gov/') === true);
  const name = (variable ?? codes[0])?.code;
  return name?.slice(name.lastIndexOf('/') + 1);
}

function amountOf(adjudication: Element): Amount | undefined {
  return amountIn(
    adjudication.child('amount') ?? adjudication.child('usedMoney') ?? adjudication.child('allowedMoney'),
  );
}

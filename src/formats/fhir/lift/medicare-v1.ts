import { isObject, type JsonObject } from '../../../json/index.ts';
import { terminology } from './code-systems.ts';
import { append, coded, objectIn, objectsIn, type Rule } from './rule.ts';

/** What Medicare calls the variables that its API v1 gives as bare extensions (CMS Blue Button 2.0 data dictionary). */
const variableNames: Readonly<Record<string, string>> = {
  carr_clm_cash_ddctbl_apld_amt:
    'Carrier Claim Cash Deductible Applied Amount (sum of all line-level deductible amounts)',
  clm_op_bene_pmt_amt: 'Claim Outpatient Payment Amount to Beneficiary',
  clm_op_prvdr_pmt_amt: 'Claim Outpatient Provider Payment Amount',
  clm_pass_thru_per_diem_amt: 'Claim Pass Thru Per Diem Amount',
  clm_pps_cptl_dsprprtnt_shr_amt: 'Claim PPS Capital Disproportionate Share Amount',
  clm_pps_cptl_excptn_amt: 'Claim PPS Capital Exception Amount',
  clm_pps_cptl_fsp_amt: 'Claim PPS Capital Federal Specific Portion (FSP) Amount',
  clm_pps_cptl_ime_amt: 'Claim PPS Capital Indirect Medical Education (IME) Amount',
  clm_pps_cptl_outlier_amt: 'Claim PPS Capital Outlier Amount',
  clm_pps_old_cptl_hld_hrmls_amt: 'Claim PPS Old Capital Hold Harmless Amount',
  clm_tot_pps_cptl_amt: 'Claim Total PPS Capital Amount',
  clm_uncompd_care_pmt_amt: 'Claim Uncompensated Care Payment Amount',
  dsh_op_clm_val_amt: 'Operating Disproportionate Share (DSH) Amount',
  ime_op_clm_val_amt: 'Operating Indirect Medical Education (IME) Amount',
  nch_bene_blood_ddctbl_lblty_am: 'NCH Beneficiary Blood Deductible Liability Amount',
  nch_bene_ip_ddctbl_amt: 'NCH Beneficiary Inpatient (or other Part A) Deductible Amount',
  nch_bene_pta_coinsrnc_lblty_amt: 'NCH Beneficiary Part A Coinsurance Liability Amount',
  nch_bene_ptb_coinsrnc_amt: 'NCH Beneficiary Part B Coinsurance Amount',
  nch_bene_ptb_ddctbl_amt: 'NCH Beneficiary Part B Deductible Amount',
  nch_carr_clm_alowd_amt: 'NCH Carrier Claim Allowed Charge Amount (sum of all line-level allowed charges)',
  nch_carr_clm_sbmtd_chrg_amt:
    'NCH Carrier Claim Submitted Charge Amount (sum of all line-level submitted charges)',
  nch_clm_bene_pmt_amt: 'NCH Claim Payment Amount to Beneficiary',
  nch_clm_prvdr_pmt_amt: 'NCH Claim Provider Payment Amount',
  nch_drg_outlier_aprvd_pmt_amt: 'NCH DRG Outlier Approved Payment Amount',
  nch_ip_ncvrd_chrg_amt: 'NCH Inpatient(or other Part A) Non-covered Charge Amount',
  nch_ip_tot_ddctn_amt: 'NCH Inpatient (or other Part A) Total Deductible/Coinsurance Amount',
  nch_profnl_cmpnt_chrg_amt: 'Professional Component Charge Amount',
  prpayamt: 'NCH Primary Payer (if not Medicare) Claim Paid Amount',
};

const variables = 'https://bluebutton.cms.gov/resources/variables/';

/**
 * Medicare's API v1 gives the amounts of a whole claim as extensions named after its variables; its v2 gives the same ones as
 * benefit balances. They become balances here too, so that both show together.
 */
export const medicareAmounts: Rule = (node) => {
  const extensions = objectsIn(node, 'extension');
  const amounts = extensions.filter(isAmount);
  if (amounts.length === 0) return;
  const financial = amounts.map(({ url, valueMoney }) => ({
    type: {
      coding: [
        {
          system: 'https://bluebutton.cms.gov/resources/codesystem/benefit-balance',
          ...(typeof url === 'string' && namedVariable(url)),
        },
      ],
    },
    usedMoney: valueMoney,
  }));
  const rest = extensions.filter((extension) => !isAmount(extension));
  if (rest.length > 0) node['extension'] = rest;
  else delete node['extension'];
  const balance = objectsIn(node, 'benefitBalance').find((one) => isMedical(one));
  if (balance) append(balance, 'financial', financial);
  else append(node, 'benefitBalance', [{ category: coded(benefitCategory, '1', 'Medical Care'), financial }]);
};

const benefitCategory = `${terminology}ex-benefitcategory`;

function isAmount({ url, valueMoney }: JsonObject): boolean {
  return typeof url === 'string' && url.startsWith(variables) && isObject(valueMoney);
}

function isMedical(balance: JsonObject): boolean {
  return objectsIn(objectIn(balance, 'category') ?? {}, 'coding').some(
    ({ code }) => code === 'medical' || code === '1',
  );
}

function namedVariable(code: string): JsonObject {
  const name = code.slice(variables.length);
  return { code, ...(Object.hasOwn(variableNames, name) && { display: variableNames[name] }) };
}

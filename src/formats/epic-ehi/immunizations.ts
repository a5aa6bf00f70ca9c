import type { JsonObject } from '../../json/index.ts';
import { ourExtensions, type Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, numberOf } from '../json-parts.ts';
import { named, notes, quantity, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

/** `IMMUNE`, named by `CLARITY_IMMUNZATN` → Immunization. */
export async function* readImmunizations(epic: EpicExport): AsyncGenerator<Reading> {
  const names = await epic.named('CLARITY_IMMUNZATN', 'IMMUNZATN_ID', (row) =>
    row.text('NAME', 'IMMUNZATN_ID_NAME'),
  );
  const listed = await epic.listed('PAT_IMMUNIZATIONS', 'IMMUNE_ID');
  for await (const row of epic.rows('IMMUNE')) {
    listed.delete(row.text('IMMUNE_ID') ?? '');
    const name = row.text('IMMUNZATN_ID_NAME') ?? names.take(row.text('IMMUNZATN_ID'))[0];
    row.keep('IMMUNZATN_ID');
    const ndc = row.text('NDC_NUM_ID_NDC_CODE');
    const [maker, site, route] = ['MFG_C_NAME', 'SITE_C_NAME', 'ROUTE_C_NAME'].map((column) =>
      row.text(column),
    );
    const given = row.localTime('IMMUNIZATION_TIME') ?? row.day('IMMUNE_DATE');
    const giver = row.text('GIVEN_BY_USER_ID_NAME');
    yield epic.entry(
      {
        resourceType: 'Immunization',
        ...statusOf(row),
        vaccineCode: {
          ...filled({ coding: listOf([ndc && { system: 'http://hl7.org/fhir/sid/ndc', code: ndc }]) }),
          ...wordedOrAbsent(name),
        },
        patient: epic.subject,
        ...filled({ encounter: epic.encounter(row.text('IMM_CSN')) }),
        ...(given === undefined
          ? { _occurrenceString: { extension: [absent('unknown')] } }
          : pointed('occurrenceDateTime', given)),
        ...origin(row),
        ...filled({
          location: named(row.text('PHYSICAL_SITE')),
          manufacturer: named(maker),
          lotNumber: row.text('LOT', 'IMM_LOT_NUM_ID_LOT_NUM'),
        }),
        ...pointed('expirationDate', row.day('EXPIRATION_DATE')),
        ...filled({
          site: site && { text: site },
          route: route && { text: route },
          doseQuantity: dose(row),
          performer: listOf([giver && { actor: { display: giver } }]),
          note: notes(row.text('MED_ADMIN_COMMENT')),
        }),
      },
      row,
    );
  }
  epic.tellMissing(listed, 'PAT_IMMUNIZATIONS');
}

/**
 * Given, deleted, incomplete ("ordered but not administered") or deferred, by Epic's documentation. R4 has no status for one
 * that nobody says was given: it is marked as not known.
 */
function statusOf(row: EpicRow): JsonObject {
  const word = row.text('IMMNZTN_STATUS_C_NAME');
  const reason = row.text('DEFER_REASON_C_NAME');
  switch (word?.toLowerCase()) {
    case 'given':
      row.keep('DEFER_REASON_C_NAME');
      return { status: 'completed' };
    case 'deleted':
      row.keep('DEFER_REASON_C_NAME');
      return { status: 'entered-in-error' };
    case 'incomplete':
      return notDone(reason ?? 'Incomplete');
    case 'deferred':
      return notDone(reason ?? 'Deferred');
    default:
      if (reason !== undefined) return notDone(reason);
      row.keep('IMMNZTN_STATUS_C_NAME');
      return {
        modifierExtension: [{ url: ourExtensions.notKnown, valueCode: 'UNK' }],
        ...unsaid('status'),
      };
  }
}

function notDone(text: string): JsonObject {
  return { status: 'not-done', statusReason: { text } };
}

/** One that another recorded is "historical"; who verified it is its origin. */
function origin(row: EpicRow): JsonObject {
  const isHistorical = row.isYes('IMM_HISTORIC_ADM_YN');
  if (!isHistorical) {
    row.keep('IMM_HISTORIC_ADM_YN');
    return {};
  }
  const by = row.text('EXTERNAL_ADMIN_C_NAME');
  return filled({ primarySource: false, reportOrigin: by && { text: by } });
}

function dose(row: EpicRow): JsonObject | undefined {
  const amount = numberOf(row.text('IMMNZTN_DOSE_AMOUNT'));
  if (amount !== undefined) return quantity(amount, row.text('IMMNZTN_DOSE_UNIT_C_NAME'));
  row.keep('IMMNZTN_DOSE_AMOUNT');
  return undefined;
}

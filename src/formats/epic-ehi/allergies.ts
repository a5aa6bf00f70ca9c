import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions, type Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf } from '../json-parts.ts';
import type { PointInTime } from '../point-in-time.ts';
import { coded, named, notes, wordedOrAbsent } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

const clinical = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const verification = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** `SEVERITY_C_NAME`, which is documented to be the type of the allergy and no severity. */
const types: Readonly<Record<string, string>> = { allergy: 'allergy', intolerance: 'intolerance' };

/** `ALLERGY`, `ALLERGY_REACTIONS` and `ALLERGY_FLAG` → AllergyIntolerance. */
export async function* readAllergies(epic: EpicExport): AsyncGenerator<Reading> {
  const names = await epic.named('CL_ELG', 'ALLERGEN_ID', (row) => row.text('ALLERGEN_NAME'));
  const reactions = await epic.joined('ALLERGY_REACTIONS', 'ALLERGY_ID', (row) =>
    row.text('REACTION_C_NAME'),
  );
  const listed = await epic.listed('PAT_ALLERGIES', 'ALLERGY_RECORD_ID');
  for await (const row of epic.rows('ALLERGY')) {
    const id = row.text('ALLERGY_ID') ?? '';
    listed.delete(id);
    const name = row.text('ALLERGEN_ID_ALLERGEN_NAME') ?? names.take(row.text('ALLERGEN_ID'))[0];
    row.keep('ALLERGEN_ID');
    const type = lookUp(types, row.text('SEVERITY_C_NAME')?.toLowerCase());
    if (type === undefined) row.keep('SEVERITY_C_NAME');
    const severity = row.text('ALLERGY_SEVERITY_C_NAME');
    yield epic.entry(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf([
            severity && { url: ourExtensions.severity, valueCodeableConcept: { text: severity } },
          ]),
        }),
        ...statusOf(row.text('ALRGY_STATUS_C_NAME')),
        ...filled({ type }),
        code: wordedOrAbsent(name),
        patient: epic.subject,
        ...filled({ encounter: epic.encounter(row.text('ALLERGY_PAT_CSN')) }),
        ...pointed('recordedDate', notedOn(row)),
        ...filled({
          recorder: named(row.text('ENTRY_USER_ID_NAME')),
          note: notes(row.text('ALRGY_DLT_CMT')),
          reaction: listOf([reactionOf(reactions.take(id), row.text('REACTION'))]),
        }),
      },
      row,
    );
  }
  epic.tellMissing(listed, 'PAT_ALLERGIES');
  yield* noKnownAllergies(epic);
}

/** Active or deleted, by Epic's documentation. What was deleted is no fact any more; an unknown word stays a word. */
function statusOf(word: string | undefined): JsonObject {
  if (word === undefined) return { clinicalStatus: { extension: [absent('unknown')] } };
  if (/delete|error/i.test(word))
    return { verificationStatus: { ...coded(verification, 'entered-in-error'), text: word } };
  const isCoded = ['active', 'inactive', 'resolved'].includes(word.toLowerCase());
  return { clinicalStatus: isCoded ? coded(clinical, word.toLowerCase()) : { text: word } };
}

/** `DATE_NOTED`, only as exact as the column beside it says: to the year, to the month, or to the day. */
function notedOn(row: EpicRow): PointInTime | undefined {
  const noted = row.day('DATE_NOTED');
  const accuracy = row.text('ALLERGY_NOTED_DATE_ACCURACY_C_NAME')?.toLowerCase();
  if (noted?.value === undefined || accuracy === undefined) return noted;
  if (accuracy === 'year') return { value: noted.value.slice(0, 4) };
  if (accuracy === 'month') return { value: noted.value.slice(0, 7) };
  if (accuracy !== 'exact date') row.keep('ALLERGY_NOTED_DATE_ACCURACY_C_NAME');
  return noted;
}

function reactionOf(words: readonly string[], comment: string | undefined): JsonObject | undefined {
  const manifestation = words.length > 0 ? words : comment === undefined ? [] : [comment];
  if (manifestation.length === 0) return undefined;
  return filled({
    manifestation: manifestation.map((text) => ({ text })),
    description: words.length > 0 ? comment : undefined,
  });
}

/**
 * The box "No Known Allergies", with every change of it: the last one holds. Where the changes are not dated and do not
 * agree, nobody can tell which is the last.
 */
async function* noKnownAllergies(epic: EpicExport): AsyncGenerator<Reading> {
  const changes: { row: EpicRow; isSet: string | undefined; when: string }[] = [];
  for await (const row of epic.rows('ALLERGY_FLAG')) {
    const isSet = row.text('ALRGY_FLAG_YN');
    row.text('LINE');
    changes.push({ row, isSet, when: row.utcTime('ALRGY_FLAG_UPD_DTTM')?.value ?? '' });
  }
  changes.sort((one, other) => (one.when < other.when ? -1 : one.when > other.when ? 1 : 0));
  const last = changes.at(-1);
  if (last === undefined) return;
  const rivals = changes.filter(({ when }) => when === '' || when === last.when);
  if (rivals.some(({ isSet }) => isSet !== last.isSet)) {
    const message = 'whether "No Known Allergies" is the last that was said cannot be told: it is not shown';
    epic.find('lost', 'no-known-allergies', message, last.row.table, last.row.line);
    return;
  }
  if (last.isSet !== 'Y') return;
  yield epic.entry(
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: coded(clinical, 'active'),
      code: { text: 'No Known Allergies' },
      patient: epic.subject,
      ...pointed('recordedDate', last.when === '' ? undefined : { value: last.when }),
      ...filled({ recorder: named(last.row.text('ALRGY_FLG_UPD_BY_ID_NAME')) }),
    },
    last.row,
  );
}

import { modifiersOf } from './assertion.ts';
import { asWritten, detailsOf, keptDetails, keptStatus, unreadDates } from './detail.ts';
import type { Element } from './element.ts';
import { ourExtensions } from './extension-urls.ts';
import { distinct, some } from './list.ts';
import type { Row } from './row.ts';
import type { RowContext, Section } from './section.ts';
import type { Entry } from './entry.ts';
import type { Origin } from './source.ts';

/** Reads one resource into its section's row. `ids` counts the identities given out, so that each is unique. */
export function readRow(
  section: Section,
  resource: Element,
  context: RowContext,
  { origin, derived, lifted }: Entry,
  ids: Map<string, number>,
): Row {
  const statement = section.read(resource, context);
  const {
    name,
    codes,
    assertion,
    status,
    statusAsRecorded,
    date,
    start,
    end,
    recorded,
    cautions,
    ...fields
  } = statement;
  const modifiers = modifiersOf(resource);
  // What was refuted, negated, planned or not done is neither current nor past.
  const held = isFact(assertion) ? status : 'not stated';
  const row: Row = {
    id: uniqueId(resource, origin, ids),
    resourceType: resource.string('resourceType') ?? '',
    name: name ?? null,
    codes,
    assertion,
    status: held,
    statusAsRecorded: sentStatus(resource, statusAsRecorded) ?? null,
    asOf: held === 'not stated' ? undefined : context.asOf,
    date,
    start,
    end,
    recorded,
    ...fields,
    informant: isPatientReported(resource) ? 'patient' : undefined,
    asWritten: asWritten(resource),
    cautions: some(
      distinct([
        ...(cautions ?? []),
        ...unreadDates(resource).map((text) => `a date that could not be read, as sent: ${text}`),
        ...modifiers.map((url) =>
          url === ourExtensions.aboutAnother
            ? 'about somebody else than the person'
            : url === ourExtensions.notKnown
              ? 'the source marks it as not known'
              : `carries a modifier extension that may change its meaning: ${url}`,
        ),
      ]),
    ),
    sources: [origin],
  };
  if (derived !== true && lifted !== true) return row;
  const { cautions: care, sources, ...told } = row;
  const details = some(derived === true ? detailsOf(resource, told, context) : keptDetails(resource));
  return { ...told, details, cautions: care, sources };
}

/** The status; where R4 has no word for the one that was sent in another release of FHIR, that one. */
function sentStatus(resource: Element, inR4: string | undefined): string | undefined {
  return inR4 === undefined || inR4 === 'unknown' ? (keptStatus(resource) ?? inR4) : inR4;
}

/** HL7 v3-ObservationValue PATRPT ("patient reported") among the resource's security labels. */
function isPatientReported(resource: Element): boolean {
  return (
    resource
      .child('meta')
      ?.children('security')
      .some((label) => label.string('code') === 'PATRPT') === true
  );
}

function isFact(assertion: Row['assertion']): boolean {
  return assertion === 'stated' || assertion === 'unconfirmed';
}

function uniqueId(resource: Element, origin: Origin, ids: Map<string, number>): string {
  const type = resource.string('resourceType') ?? '';
  const place = `${origin.sha256.slice(0, 8)}${origin.line === undefined ? '' : `:${origin.line}`}${origin.pointer}`;
  const id = `${type}/${resource.string('id') ?? place}`;
  const count = (ids.get(id) ?? 0) + 1;
  ids.set(id, count);
  return count === 1 ? id : `${id}~${count}`;
}

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/commands/inputs.ts';
import { decodeJson, parseJson } from '../../src/json/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { valuesOf, without } from './values.ts';

const { present, absent } = corpusCases(1);

const kept = 'http://hl7.org/fhir/3.0/StructureDefinition/extension-';

/**
 * Where Microsoft's converter and this one say something else of the same STU3 resource: `theirs` is said by the converter
 * only, `ours` by us only.
 */
const disagreements: Record<string, { because: string; theirs: string[]; ours: string[] }> = {
  'Appointment.json': {
    because: 'a ReferralRequest is a ServiceRequest in R4, with an id of its kind',
    theirs: ['basedOn.reference = ReferralRequest/example'],
    ours: ['basedOn.reference = ServiceRequest/ReferralRequest-example'],
  },
  'AuditEvent.json': {
    because: 'the converter loses the identifier of what was looked at',
    theirs: [],
    ours: ['entity.what.identifier.value = e3cdfc81a0d24bd^^^&2.16.840.1.113883.4.2&ISO'],
  },
  'ConceptMap.json': {
    because: 'no resource of a record: what it depends on is kept, not renamed',
    theirs: ['group.element.target.dependsOn.value = some-code'],
    ours: [
      `group.element.target.dependsOn.extension.url = ${kept}ConceptMap.group.element.target.dependsOn.code`,
      'group.element.target.dependsOn.extension.valueString = some-code',
      'group.element.target.dependsOn._value.extension.url = http://hl7.org/fhir/StructureDefinition/data-absent-reason',
      'group.element.target.dependsOn._value.extension.valueCode = unknown',
    ],
  },
  'DocumentReference.json': {
    because:
      'R4 has a place for when a document was made; the converter loses the identifier beside a reference',
    theirs: [`extension.url = ${kept}DocumentReference.created`, 'extension.valuedateTime = 20051223 1355'],
    ours: [
      'content.attachment.creation = 20051223 1355',
      'context.related.identifier.system = urn:ietf:rfc:3986',
      'context.related.identifier.value = urn:oid:1.3.6.1.4.1.21367.2005.3.7.2345',
    ],
  },
  'ImagingStudy.json': {
    because: 'a ProcedureRequest is a ServiceRequest in R4; the converter adds a role that nobody stated',
    theirs: [
      'basedOn.reference = ProcedureRequest/example',
      'series.performer.function.coding.system = http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
      'series.performer.function.coding.code = PRF',
      'series.extension.valueCode = ONLINE',
    ],
    ours: [
      'basedOn.reference = ServiceRequest/ProcedureRequest-example',
      'series.extension.valueString = ONLINE',
    ],
  },
  'Immunization.json': {
    because: 'the converter loses why it was given',
    theirs: [],
    ours: ['reasonCode.coding.system = http://snomed.info/sct', 'reasonCode.coding.code = 429060002'],
  },
  'MedicationRequest.json': {
    because: 'for whom somebody signed is kept where it was said, with the requester',
    theirs: [
      `extension.url = ${kept}MedicationRequest.requester.onBehalfOf`,
      'extension.valueReference.reference = Organization/f002',
    ],
    ours: [
      `requester.extension.url = ${kept}MedicationRequest.requester.onBehalfOf`,
      'requester.extension.valueReference.reference = Organization/f002',
    ],
  },
  'MedicationStatement.json': {
    because: 'not-taken says all that taken = n says; the tables do not tell a code from a string',
    theirs: [
      'extension.valueCode = active',
      `extension.url = ${kept}MedicationStatement.taken`,
      'extension.valueCode = n',
    ],
    ours: ['extension.valueString = active'],
  },
  'MessageHeader.json': {
    because: 'no resource of a record: its receiver and time are kept; the converter loses the time',
    theirs: ['destination.receiver.reference = http://acme.com/ehr/fhir/Practitioner/2323-33-4'],
    ours: [
      `extension.url = ${kept}MessageHeader.receiver`,
      'extension.valueReference.reference = http://acme.com/ehr/fhir/Practitioner/2323-33-4',
      `extension.url = ${kept}MessageHeader.timestamp`,
      'extension.valueDateTime = 20120104 550',
    ],
  },
  'Observation.json': {
    because: "relations that R4 has no member for are kept as sent, under HL7's address",
    theirs: [
      'extension.url = http://hl7.org/fhir/3.0/StructureDefinition/Observation.sequelTo',
      'extension.valueReference.reference = Sequence/example-TPMT-two',
      'extension.url = http://hl7.org/fhir/3.0/StructureDefinition/Observation.interferedBy',
      'extension.valueReference.reference = Sequence/example-TPMT-two',
      'derivedFrom.reference = Sequence/example-TPMT-two',
    ],
    ours: [
      'extension.extension.url = type',
      'extension.extension.valueString = sequel-to',
      'extension.extension.url = target',
      'extension.extension.valueReference.reference = MolecularSequence/example-TPMT-two',
      `extension.url = ${kept}Observation.related`,
      'extension.extension.url = type',
      'extension.extension.valueString = interfered-by',
      'extension.extension.url = target',
      'extension.extension.valueReference.reference = MolecularSequence/example-TPMT-two',
      `extension.url = ${kept}Observation.related`,
      'derivedFrom.reference = MolecularSequence/example-TPMT-two',
    ],
  },
  'Parameters.json': {
    because: 'a currency called "test" is none; it is kept',
    theirs: ['parameter.valueMoney.currency = test'],
    ours: [
      `parameter.valueMoney.extension.url = ${kept}Parameters.parameter.valueMoney.code`,
      'parameter.valueMoney.extension.valueString = test',
      `parameter.valueMoney.extension.url = ${kept}Parameters.parameter.valueMoney.unit`,
      'parameter.valueMoney.extension.valueString = testUnit',
    ],
  },
  'Patient.json': {
    because: 'the address of what STU3 says of an animal',
    theirs: ['extension.url = http://hl7.org/fhir/r4/StructureDefinition/patient-animal'],
    ours: [`extension.url = ${kept}Patient.animal`],
  },
  'Procedure.json': {
    because: 'the converter loses the protocol that a procedure followed',
    theirs: [],
    ours: [
      `extension.url = ${kept}Procedure.definition`,
      'extension.valueReference.display = Protocol for hypertension during pregnancy',
    ],
  },
};

describe.each(absent)('the corpus is absent, so %i test is not run', (tests) => {
  it('is said', () => {
    expect(noteAbsence(tests)).toBe(true);
  });
});

describe.each(present)('resources of STU3 in the corpus', (corpus) => {
  it("agree with Microsoft's converter in every value, but for the disagreements listed", async () => {
    const folder = join(corpus, 'fhir-stu3', 'microsoft-fhir-converter');
    const found: Record<string, unknown> = {};
    let compared = 0;
    for (const path of filesUnder(join(folder, 'expected-r4'), ['.json'])) {
      const name = basename(path);
      // Its input is not in the corpus.
      if (name === 'Bundle.json') continue;
      const theirs = valuesOf(parseJson(decodeJson(readFileSync(path))));
      const { entries } = await readDocument(readFileSync(join(folder, 'input', name)), name);
      const ours = valuesOf(
        entries.filter(({ container }) => container === undefined).map(({ resource }) => resource),
      );
      compared += theirs.length;
      const difference = { theirs: without(theirs, ours), ours: without(ours, theirs) };
      if (difference.theirs.length + difference.ours.length > 0) found[name] = difference;
    }
    const expected = Object.entries(disagreements).map(([name, { theirs, ours }]) => [
      name,
      { theirs, ours },
    ]);
    expect(found).toEqual(Object.fromEntries(expected));
    expect(compared).toBeGreaterThan(700);
  });
});

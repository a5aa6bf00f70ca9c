import type { XmlElement } from '../xml/element.ts';
import { isStatement, isTrue } from './statement.ts';

/** Attributes that shape a statement and say nothing of the person. */
const structural = new Set([
  'classCode',
  'moodCode',
  'typeCode',
  'determinerCode',
  'contextConductionInd',
  'contextControlCode',
  'inversionInd',
  'xsi:type',
  'xsi:schemaLocation',
  'xsi:nil',
  'ID',
  'nullFlavor',
  'institutionSpecified',
  'displayable',
  'unsorted',
  'partType',
  'mediaType',
  'representation',
]);

/** Elements that identify templates and say nothing of the person. */
const structuralElements = new Set(['templateId', 'typeId', 'realmCode']);

/**
 * What a statement says that nothing has carried: each as its path and the attributes or text as sent. Statements inside
 * are left to themselves. A withheld value (`nullFlavor="MSK"`) is told; other null flavours say only that there is nothing.
 */
export function leftoversOf(statement: XmlElement, carried: ReadonlySet<XmlElement>, path = ''): string[] {
  return statement.elements().flatMap((element) => {
    if (carried.has(element) || structuralElements.has(element.name)) return [];
    if (isStatement(element)) return [];
    const way = `${path}${element.step()}`;
    const own = ownData(element);
    const here = own === undefined ? [] : [`${way} ${own}`];
    return [...here, ...leftoversOf(element, carried, `${way}/`)];
  });
}

/** What a participant or role is to the person: an emergency contact, an agent, a verifier. */
function saysWho({ name }: XmlElement, attribute: string): boolean {
  return (
    (attribute === 'typeCode' && name === 'participant') ||
    (attribute === 'classCode' && ['participantRole', 'associatedEntity', 'relatedEntity'].includes(name))
  );
}

function ownData(element: XmlElement): string | undefined {
  const attributes = [...element.attributes].filter(
    ([name, value]) =>
      (!structural.has(name) || saysWho(element, name)) &&
      !name.startsWith('sdtc:valueSet') &&
      value.trim() !== '' &&
      (name !== 'negationInd' || isTrue(value)),
  );
  const withheld = element.attribute('nullFlavor') === 'MSK' ? ['nullFlavor="MSK"'] : [];
  const words = element.ownText();
  const parts = [
    ...attributes.map(([name, value]) => `${name}="${value.trim()}"`),
    ...withheld,
    ...(words === '' ? [] : [`"${words}"`]),
  ];
  return parts.length > 0 ? parts.join(' ') : undefined;
}

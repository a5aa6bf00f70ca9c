/** A member of a FHIR type. */
export interface MemberDefinition {
  /** Name of its type: `string`, `number`, `boolean`, a FHIR type, or `Resource` for any resource. */
  type: string;
  isList: boolean;
  isRequired: boolean;
  /** The codes it may have, where the release binds it to them. */
  codes?: readonly string[];
}

/** The members of a type by name, those of its base types first. */
export type TypeDefinition = ReadonlyMap<string, MemberDefinition>;

const primitives = ['string', 'number', 'boolean'];

/** True for a member that JSON writes as a text, a number or a truth value. */
export function isPrimitive({ type }: MemberDefinition): boolean {
  return primitives.includes(type);
}

/** The types of one FHIR release, out of its table (`npm run fhir-definitions`). */
export class Definitions {
  readonly #lines = new Map<string, { base: string; members: string }>();
  readonly #types = new Map<string, TypeDefinition>();

  constructor(table: string) {
    for (const line of table.trim().split('\n')) {
      const [, name, base = '', members = ''] = /^(\w+)<(\w*) ?(.*)$/.exec(line) ?? [];
      if (name !== undefined) this.#lines.set(name, { base, members });
    }
  }

  /** True for a type that stands alone: Patient, Bundle; not HumanName. */
  isResource(type: string): boolean {
    const base = this.#lines.get(type)?.base;
    return base === 'Resource' || base === 'DomainResource' || (base !== undefined && this.isResource(base));
  }

  member(type: string, name: string): MemberDefinition | undefined {
    return this.of(type).get(name);
  }

  /** The members of a type; none for one the release does not have. */
  of(type: string): TypeDefinition {
    const known = this.#types.get(type);
    if (known) return known;
    const line = this.#lines.get(type);
    const own = line === undefined || line.members === '' ? [] : line.members.split(' ').map(readMember);
    const members = new Map([...(line?.base ? this.of(line.base) : []), ...own]);
    this.#types.set(type, members);
    return members;
  }
}

function readMember(text: string): [string, MemberDefinition] {
  const [, name = '', flags = '', type = ''] = /^(\w+)([*!]*):(.*)$/.exec(text) ?? [];
  const isCoded = type.includes('|') || (/^[a-z]/.test(type) && !primitives.includes(type));
  return [
    name,
    {
      type: isCoded ? 'string' : type,
      isList: flags.includes('*'),
      isRequired: flags.includes('!'),
      ...(isCoded && { codes: type.split('|') }),
    },
  ];
}

import { findPerson, type PersonFolder } from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import {
  areComparable,
  contradict,
  isNamed,
  isSamePerson,
  sharesWord,
  type PersonIdentity,
} from '../model/index.ts';
import { visible } from '../render/index.ts';
import { folderFor, knownText, newName, personCalled, personOption, whoseText } from './archive-person.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { counted } from './counted.ts';
import type { Candidate } from './import-candidate.ts';
import { askYes } from './questions.ts';

/** Files that go to one person. */
export interface Filing {
  /** The person's folder in the archive, or a name to make one by; undefined lets the archive name a new one. */
  person: string | undefined;
  identity: PersonIdentity;
  candidates: Candidate[];
}

/** A file that is not kept, and why. */
export interface NotKept {
  name: string;
  refusal: BlueButtonError;
  /** What it is, for one that was read. */
  candidate?: Candidate;
}

/** Whose each file is. */
export interface FilingPlan {
  filings: Filing[];
  notKept: NotKept[];
}

/**
 * Decides whose folder each file goes to. Nothing is ever filed under somebody it does not name without a person saying so:
 * with `--person`, or by an answer at the terminal. What is clear is filed, the rest is told.
 *
 * @throws BlueButtonError `usage` or `other-person` when nothing at all can be filed.
 */
export async function planFilings(
  candidates: readonly Candidate[],
  people: readonly PersonFolder[],
  input: CommandInput,
  context: Context,
): Promise<FilingPlan> {
  const named = personOption(input);
  const plan = new Planning(people, (question) => askYes(question, input, context));
  if (named !== undefined) await plan.underOne(named, candidates);
  else await plan.byIdentity(candidates, input);
  const [first] = plan.notKept;
  if (plan.filings.length === 0 && first !== undefined) throw plan.refusal ?? first.refusal;
  return plan;
}

/** Files of one person: the same identity, or the same person by it. */
interface Group {
  identity: PersonIdentity;
  candidates: Candidate[];
}

class Planning implements FilingPlan {
  readonly filings: Filing[] = [];
  readonly notKept: NotKept[] = [];
  /** What is said when nothing can be filed, in place of the first file's own refusal. */
  refusal: BlueButtonError | undefined;
  readonly #people: readonly PersonFolder[];
  readonly #ask: (question: string) => Promise<boolean>;

  constructor(people: readonly PersonFolder[], ask: (question: string) => Promise<boolean>) {
    this.#people = people;
    this.#ask = ask;
  }

  /** `--person` says whose they are; a file that names somebody else needs an answer all the same. */
  async underOne(named: string, candidates: readonly Candidate[]): Promise<void> {
    const known = personCalled(named, this.#people);
    const isNickname = known === undefined && this.#isNickname(named, groupsOf(candidates));
    // Of a new person, the first file that is named so says who that is.
    const spokesman = candidates.find(({ identity }) => identity !== undefined && isNamed(identity, named));
    const identities = known?.identities ?? (spokesman?.identity ? [spokesman.identity] : []);
    const isTheirs = ({ identity }: Candidate): boolean => {
      if (identity === undefined || isNickname) return true;
      const isCalledSo = known !== undefined || identity.name === undefined || isNamed(identity, named);
      return isCalledSo && agrees(identity, identities);
    };
    const theirs = candidates.filter(isTheirs);
    const others = candidates.filter((candidate) => !isTheirs(candidate));
    const taken = await this.#othersFor(named, known, others);
    const filed = [...theirs, ...taken];
    if (filed.length === 0) return;
    const stated = filed.flatMap(({ identity }) => identity ?? [])[0];
    // Files that name nobody say nothing of who a person the archive knows is; a new person is called what was typed.
    const identity = stated ?? (known === undefined ? { name: named } : {});
    this.filings.push({ person: known?.folder ?? named, identity, candidates: filed });
  }

  /** A word for one new person's folder that is nobody's name: "mum". */
  #isNickname(named: string, [only, ...others]: readonly Group[]): boolean {
    if (only === undefined || others.length > 0 || this.#find(only.identity) !== undefined) return false;
    return !sharesWord(only.identity, named);
  }

  /** Those of the files about somebody else that the person says belong there; the others are told. */
  async #othersFor(
    named: string,
    known: PersonFolder | undefined,
    others: readonly Candidate[],
  ): Promise<Candidate[]> {
    const taken: Candidate[] = [];
    for (const { identity, candidates } of groupsOf(others)) {
      const elsewhere = this.#find(identity);
      const whose = known === undefined ? visible(named) : knownText(known);
      const isBorn = known?.identities.some((other) => isBornOtherwise(identity, other)) ?? false;
      const question = `${fileCount(candidates)} about ${visible(whoseText(identity))}, not ${whose}. File under ${whose} all the same?`;
      if (elsewhere === undefined && !isBorn && (await this.#ask(question))) taken.push(...candidates);
      else
        this.#leave(candidates, (candidate) => ({
          message: `${candidate.name} is about somebody else than ${named}.`,
          why: `It is about ${whoseText(identity)}${elsewhere === undefined ? '' : `, whom the archive holds as ${elsewhere.folder}`}.`,
          next: commandFor(candidate, elsewhere?.folder ?? newName(identity, this.#people)),
        }));
    }
    return taken;
  }

  /** Each file goes to the person it names. */
  async byIdentity(candidates: readonly Candidate[], input: CommandInput): Promise<void> {
    this.#keepHeld(candidates);
    const fresh = candidates.filter(({ heldBy }) => heldBy === undefined);
    const groups = groupsOf(fresh);
    const clear = groups.filter(({ identity }) => areComparable(identity, identity));
    await this.#clear(clear);
    const [only, ...more] = groups;
    // One file that says little of its person is that person all the same, where there is nobody else.
    if (clear.length === 0 && only !== undefined && more.length === 0 && this.#people.length === 0) {
      this.filings.push({ person: folderFor([], only.identity, input), ...only });
    } else await this.#vague(groups.filter((group) => !clear.includes(group)));
    await this.#nameless(fresh.filter(({ identity }) => identity === undefined));
  }

  /** What the archive holds stays where a person once put it. */
  #keepHeld(candidates: readonly Candidate[]): void {
    for (const person of new Set(candidates.flatMap(({ heldBy }) => heldBy ?? []))) {
      const held = candidates.filter(({ heldBy }) => heldBy === person);
      this.filings.push({ person, identity: {}, candidates: held });
    }
  }

  /** Files that say whose they are: people the archive knows get theirs, of a new one a person is asked. */
  async #clear(groups: readonly Group[]): Promise<void> {
    const unknown: Group[] = [];
    for (const group of groups) {
      const known = this.#find(group.identity);
      if (known === undefined) unknown.push(group);
      else this.#file(known.folder, group);
    }
    const [first, ...others] = unknown;
    if (first === undefined) return;
    const isFirst = this.#people.length === 0;
    const listed = unknown.map(
      ({ identity, candidates }) => `${visible(whoseText(identity))} (${counted(candidates.length, 'file')})`,
    );
    const question = isFirst
      ? `These files are about ${unknown.length} people: ${listed.join('; ')}. File each under a folder of their own?`
      : `The archive holds ${this.#people.map(knownText).join('; ')}. ${listed.join('; ')}: not among them. Make a new folder for each?`;
    if ((isFirst && others.length === 0) || (await this.#ask(question))) {
      for (const group of unknown) this.#file(undefined, group);
      return;
    }
    for (const { identity, candidates } of unknown) {
      this.#leave(candidates, (candidate) => ({
        message: `${candidate.name} is not about anybody the archive holds.`,
        why: `It is about ${whoseText(identity)}.${isFirst ? '' : ` The archive holds ${this.#people.map(knownText).join('; ')}.`}`,
        next: commandFor(candidate, newName(identity, this.#people)),
      }));
    }
    if (others.length > 0)
      this.refusal = new BlueButtonError('usage', 'These files are about different people.', {
        why: `${listed.join('; ')}.`,
        try: 'import the files of each person on their own, or with --person "FULL NAME"',
      });
  }

  /** Files that say something of a person, and too little to tell who. */
  async #vague(groups: readonly Group[]): Promise<void> {
    for (const group of groups) {
      const { identity, candidates } = group;
      const target = this.#onlyTarget();
      const isPossible = target !== undefined && agrees(identity, target.identities);
      const question = `${fileCount(candidates)} about ${visible(whoseText(identity))}. File under ${target?.who ?? ''} too?`;
      if (isPossible && (await this.#ask(question))) this.#add(target.filing, candidates);
      else
        this.#leave(candidates, (candidate) => ({
          message: `${candidate.name} does not say enough of whose record it is.`,
          why: `It is about ${whoseText(identity)}.`,
          next: commandFor(candidate, target?.filing.person ?? newName(identity, this.#people)),
        }));
    }
  }

  async #nameless(candidates: readonly Candidate[]): Promise<void> {
    const [first, ...others] = candidates;
    if (first === undefined) return;
    const target = this.#onlyTarget();
    const those = `${visible(first.name)}${others.length > 0 ? ` and ${others.length} more do` : ' does'}`;
    const question = `${those} not say whose record it is. File under ${target?.who ?? ''}?`;
    if (target !== undefined && (await this.#ask(question))) {
      this.#add(target.filing, candidates);
      return;
    }
    this.#leave(candidates, (candidate) => ({
      message: `${candidate.name} does not say whose record it is.`,
      why:
        candidate.document === undefined
          ? 'It holds no Patient resource with a name and birth date.'
          : 'Nothing in it says so that this tool could read.',
      next: commandFor(candidate, target?.filing.person ?? 'FULL NAME'),
    }));
  }

  /** The one person the files can be meant for: of those filed now, else of the archive. */
  #onlyTarget(): { filing: Filing; identities: PersonIdentity[]; who: string } | undefined {
    const [filing, ...others] = this.filings;
    if (filing !== undefined && others.length === 0) {
      const known = this.#people.find(({ folder }) => folder === filing.person);
      const who = known === undefined ? visible(whoseText(filing.identity)) : knownText(known);
      return { filing, identities: known?.identities ?? [filing.identity], who };
    }
    const [person, ...more] = this.#people;
    if (filing !== undefined || person === undefined || more.length > 0) return undefined;
    const begun = { person: person.folder, identity: {}, candidates: [] };
    return { filing: begun, identities: person.identities, who: knownText(person) };
  }

  /** Adds files to a filing, which is one of the plan from then on. */
  #add(filing: Filing, candidates: readonly Candidate[]): void {
    filing.candidates.push(...candidates);
    if (!this.filings.includes(filing)) this.filings.push(filing);
  }

  #file(person: string | undefined, { identity, candidates }: Group): void {
    const filing = this.filings.find((each) => each.person === person && person !== undefined);
    this.#add(filing ?? { person, identity, candidates: [] }, candidates);
  }

  #find(identity: PersonIdentity): PersonFolder | undefined {
    try {
      return findPerson(this.#people, identity);
    } catch (thrown) {
      // It could be several: nobody knows which.
      if (thrown instanceof BlueButtonError) return undefined;
      throw thrown;
    }
  }

  #leave(
    candidates: readonly Candidate[],
    words: (candidate: Candidate) => { message: string; why: string; next: string },
  ): void {
    for (const candidate of candidates) {
      const { message, why, next } = words(candidate);
      const code = candidate.identity === undefined ? 'usage' : 'other-person';
      const refusal = new BlueButtonError(code, message, { why, try: next });
      this.notKept.push({ name: candidate.name, refusal, candidate });
    }
  }
}

/** True when somebody of these identities can be meant. */
function agrees(identity: PersonIdentity, known: readonly PersonIdentity[]): boolean {
  if (known.some((other) => isBornOtherwise(identity, other))) return false;
  return known.length === 0 || known.some((other) => !contradict(identity, other));
}

function isBornOtherwise(one: PersonIdentity, other: PersonIdentity): boolean {
  return contradict({ ...(one.birthDate !== undefined && { birthDate: one.birthDate }) }, other);
}

function groupsOf(candidates: readonly Candidate[]): Group[] {
  const groups: (Group & { identities: PersonIdentity[] })[] = [];
  for (const candidate of candidates) {
    const { identity } = candidate;
    if (identity === undefined) continue;
    const text = JSON.stringify(identity);
    // Everything of a group is one person: a vague "J. Doe" joins neither of a Jane and a Joan.
    const alike = groups.filter(({ identities }) =>
      identities.every((other) => isSamePerson(identity, other) || JSON.stringify(other) === text),
    );
    const [group] = alike;
    if (group !== undefined && alike.length === 1) {
      group.candidates.push(candidate);
      group.identities.push(identity);
    } else groups.push({ identity, candidates: [candidate], identities: [identity] });
  }
  return groups;
}

function fileCount(candidates: readonly Candidate[]): string {
  const [first] = candidates;
  return candidates.length === 1 ? `${visible(first?.name ?? '')} is` : `${candidates.length} files are`;
}

function commandFor({ path, isAsDocument, patient }: Candidate, person: string): string {
  const whose = person === 'FULL NAME' ? '"FULL NAME"' : shellWord(person);
  return [
    `bluebutton import ${shellWord(path)}`,
    ...(isAsDocument ? ['--as-document'] : []),
    ...(patient === undefined ? [] : [`--patient ${shellWord(patient)}`]),
    `--person ${whose}`,
  ].join(' ');
}

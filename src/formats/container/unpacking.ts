/** What of a container cannot be read, and why: one sentence without its full stop. */
export class UnreadableMember extends Error {
  override readonly name = 'UnreadableMember';
  /** Code of the finding. */
  readonly code: 'bad-member' | 'protected-member' | 'unpacks-too-far';

  constructor(code: UnreadableMember['code'], reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const mebibyte = 1024 * 1024;

/** Records, being text, unpack to 5 to 50 times their packed size; what goes beyond this is made to exhaust a computer. */
const mostTimes = 200;
/** So that a small archive of a few repetitive files is no suspect. */
const always = 256 * mebibyte;

/** The most that is held in memory of one member: text of this length is near what one string can hold. */
export const mostInMemory = 384 * mebibyte;

/** How far one container, and all that is packed inside it, may still unpack. Sizes that a container states are not trusted. */
export class UnpackingLimit {
  #left: number;

  /** @param size Of the container in bytes. */
  constructor(size: number) {
    this.#left = always + mostTimes * size;
  }

  /** For one member: passes on what is unpacked of it, counted once however often that is. */
  meter(): (unpacked: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array> {
    let farthest = 0;
    const count = (at: number): void => {
      this.#count(at - farthest);
      farthest = Math.max(farthest, at);
    };
    return async function* metered(unpacked) {
      let at = 0;
      for await (const piece of unpacked) {
        at += piece.length;
        count(at);
        yield piece;
      }
    };
  }

  /** @throws UnreadableMember when the container unpacks further than any record does. */
  #count(bytes: number): void {
    this.#left -= Math.max(0, bytes);
    if (this.#left < 0)
      throw new UnreadableMember(
        'unpacks-too-far',
        `the file unpacks to more than ${mostTimes} times its size, as no health record does`,
      );
  }
}

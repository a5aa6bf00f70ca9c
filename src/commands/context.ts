import type { Readable } from 'node:stream';
import type { ErrorCode } from '../errors/index.ts';

/** A stream a command writes to. */
export interface Output {
  write(text: string): void;
  /** True once the reader has gone away (`| head`): writing more is pointless. */
  readonly closed: boolean;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 when it is none. */
  readonly width: number;
  readonly colour: boolean;
}

/** Everything of the outside world that a command may touch. */
export interface Context {
  /** The answer. */
  out: Output;
  /** The conversation: progress, notices, questions, the next step. */
  err: Output;
  stdin: Readable & { isTTY?: boolean };
  /**
   * Asks the person at the terminal and returns the line they type, which is not echoed when `hidden`; undefined when
   * nobody is there to answer, or `signal` fires first.
   */
  ask: (
    question: string,
    options?: { hidden?: boolean; signal?: AbortSignal },
  ) => Promise<string | undefined>;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  now: () => Date;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Opens an address in the person's browser. */
  openBrowser: (url: string) => Promise<void>;
  /** This tool and the process it runs in. */
  program: {
    pid: number;
    host: string;
    /** Version of this tool. */
    version: string;
    /** Version of Node, and `linux x64` and the like. */
    node: string;
    system: string;
    /** The node program and this tool's own file: how to run another command of it. */
    execPath: string;
    entry: string;
    /** Whether a process of this host runs under that number. */
    isRunning: (pid: number) => boolean;
  };
}

/**
 * How a command that did not throw ended: `partial` when something that was asked for is missing and was named; an
 * error's code when the command has told of its errors itself.
 */
export type Outcome = 'done' | 'partial' | ErrorCode;

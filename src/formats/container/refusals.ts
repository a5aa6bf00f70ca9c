import { BlueButtonError } from '../../errors/index.ts';
import type { Finding } from '../../model/index.ts';

/** A web page without any record in it. */
export class PageWithoutRecord extends BlueButtonError {
  constructor(name: string) {
    super(
      'not-a-health-record',
      `${name}: a web page is not a health record; it may be a sign-in page saved by mistake.`,
      {
        why: 'No clinical document was found inside it.',
        try: 'ask the portal for a FHIR (JSON) or C-CDA (XML) download, or see bluebutton show --help',
      },
    );
  }
}

/** A container of which nothing could be read, with what was found out of its files. */
export class NothingRead extends BlueButtonError {
  readonly findings: readonly Finding[];

  constructor(name: string, why: string, findings: readonly Finding[]) {
    const isLocked = findings.some(({ code }) => code === 'protected-member');
    super(
      isLocked ? 'password-needed' : 'not-a-health-record',
      `${name} holds no health record that can be read.`,
      {
        why,
        try: isLocked
          ? 'run the same command on a terminal, where it asks for the password, or with --password-file FILE'
          : 'download it again from where it came, or see bluebutton show --help',
      },
    );
    this.findings = findings;
  }
}

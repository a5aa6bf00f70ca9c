import type { JsonObject } from '../../json/index.ts';
import type { Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { named } from '../text/members.ts';
import { textAttachment } from '../text-attachment.ts';
import type { EpicExport } from './export.ts';
import { pointed } from './row.ts';

interface NoteLine {
  version: string;
  number: number;
  text: string;
}

/** `HNO_INFO` with `HNO_PLAIN_TEXT` → DocumentReference; a note in formatted text is a file beside the tables, named here. */
export async function* readNotes(epic: EpicExport): AsyncGenerator<Reading> {
  const lines = await epic.joined('HNO_PLAIN_TEXT', 'NOTE_ID', (row): NoteLine => ({
    version: row.text('NOTE_CSN_ID') ?? '',
    number: Number(row.text('LINE') ?? 0),
    text: row.text('NOTE_TEXT') ?? '',
  }));
  for await (const row of epic.rows('HNO_INFO')) {
    const id = row.text('NOTE_ID') ?? '';
    const whose = row.text('PAT_LINK_ID');
    if (whose !== undefined && epic.person !== undefined && whose !== epic.person) {
      epic.find('lost', 'of-another', 'a note of another person was not read', row.table, row.line);
      continue;
    }
    const isDeleted = row.text('DELETE_INSTANT_DTTM') !== undefined;
    row.keep('DELETE_INSTANT_DTTM');
    const isUnsigned = row.isYes('UNSIGNED_YN');
    if (!isUnsigned) row.keep('UNSIGNED_YN');
    const type = row.text('IP_NOTE_TYPE_C_NAME', 'NOTE_TYPE_NOADD_C_NAME');
    yield epic.entry(
      {
        resourceType: 'DocumentReference',
        status: isDeleted ? 'entered-in-error' : 'current',
        ...(isUnsigned && { docStatus: 'preliminary' }),
        ...filled({ type: type && { text: type } }),
        subject: epic.subject,
        ...pointed('date', row.utcTime('CREATE_INSTANT_DTTM')),
        ...filled({
          author: listOf([named(row.text('CURRENT_AUTHOR_ID_NAME', 'ENTRY_USER_ID_NAME'))]),
          description: row.text('NOTE_DESC'),
        }),
        content: contentOf(id, lines.take(id), epic.richTexts),
        ...filled({
          context: filledOrNone({
            encounter: listOf([epic.encounter(row.text('PAT_ENC_CSN_ID'))]),
            period: filledOrNone(pointed('start', row.utcTime('DATE_OF_SERVIC_DTTM'))),
          }),
        }),
      },
      row,
    );
  }
}

/** The words of each version of a note, and the files beside that are named by it (`HNO_<NOTE_ID>_…`). */
function contentOf(id: string, lines: readonly NoteLine[], files: readonly string[]): JsonObject[] {
  const versions = new Map<string, NoteLine[]>();
  for (const line of lines) {
    const version = versions.get(line.version);
    if (version === undefined) versions.set(line.version, [line]);
    else version.push(line);
  }
  const texts = [...versions.values()].map((version) => {
    const inOrder = version.toSorted((one, other) => one.number - other.number).map(({ text }) => text);
    return { attachment: textAttachment(inOrder.join('\n')) };
  });
  const rich = files
    .filter((file) => file.toUpperCase().replace(/^.*\//, '').startsWith(`HNO_${id.toUpperCase()}_`))
    .map((file) => ({ attachment: { contentType: 'application/rtf', title: file } }));
  const content = [...texts, ...rich];
  return content.length > 0 ? content : [{ attachment: { extension: [absent('unknown')] } }];
}

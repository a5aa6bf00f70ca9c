/** The README.md of every archive: how to read and check it by hand. `README.md` beside this file is the full format. */
export const archiveReadme = `# Health records

This folder holds health records as they came from patient portals and files, kept by bluebutton
(npm: bluebutton-cli). It holds no passwords. You need no program of ours to read or check it.

## What is where

    jane-doe/                       one folder for each person
      medicare/                     one for each source: a portal, or "files" for imported files
        source.json                 which portal, which patient
        0007-2026-11-22T174000Z/    one for each download that brought something new (a BagIt bag, RFC 8493)
          data/fhir/*.ndjson        records, one on a line, by type (HL7 FHIR JSON); the text as the
                                    portal sent it, but for white space between its parts
                                    (fhir-stu3/, fhir-dstu2/: the same in older releases of FHIR)
          data/documents/           attachments and imported files, byte for byte
          data/documents.ndjson     what each document is
          data/changes.ndjson       what was new, changed, vanished, renumbered or reappeared
          data/ledger.json          what was asked of the portal, and what it refused

Nothing is ever changed or overwritten: a later folder adds to the earlier ones. The current version of a record is the
one that the last line about it in the changes.ndjson files names by its SHA-256; a line that says "vanished" names
none, nor does one that says "renumbered": the portal gives the same under the new id that this line tells. Do not rename, edit or delete anything inside; copying the whole folder is safe at any time.

## Check it

    cd jane-doe/medicare/0007-2026-11-22T174000Z
    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt

Each bag-info.txt names the bag before it with the SHA-256 of that bag's tagmanifest-sha256.txt.
"bluebutton verify" does all of this for the whole folder.

## Read the current state with SQL

For DuckDB, started in this folder; here for the lab results and other observations that were pulled from portals.

    WITH change AS (
      SELECT *, string_split(replace(filename, '\\', '/'), '/') AS parts
      FROM read_ndjson('*/*/*/data/changes.ndjson', filename = true,
           columns = {change: 'VARCHAR', resourceType: 'VARCHAR', id: 'VARCHAR', sha256: 'VARCHAR'})
    ), latest AS (
      SELECT *, parts[-5] || '/' || parts[-4] AS source FROM change
      QUALIFY row_number() OVER (
        PARTITION BY parts[-5], parts[-4], resourceType, id
        ORDER BY CAST(string_split(parts[-3], '-')[1] AS INTEGER) DESC, parts[-3] DESC) = 1
    ), line AS (
      SELECT DISTINCT unnest(string_split(content, chr(10))) AS resource
      FROM read_text('*/*/*/data/fhir*/Observation.ndjson')
    )
    SELECT latest.source, latest.id, line.resource
    FROM latest JOIN line ON sha256(line.resource) = latest.sha256
    WHERE latest.change NOT IN ('vanished', 'renumbered')
    ORDER BY latest.source, latest.id;

The format in full, enough to write another reader: src/archive/README.md of bluebutton-cli's source.
`;

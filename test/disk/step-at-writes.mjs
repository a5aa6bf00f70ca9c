import fs from 'node:fs';
import files from 'node:fs/promises';

/**
 * Has `step` called before each write and flush of an open file; before a write with a function that writes half of it, as a
 * power cut would.
 */
export async function stepAtWrites(step) {
  const sample = await files.open(process.execPath);
  const handle = Object.getPrototypeOf(sample);
  await sample.close();
  const { writeFile, sync } = handle;
  handle.writeFile = async function (data, ...rest) {
    step(() => fs.writeSync(this.fd, Buffer.from(data).subarray(0, data.length / 2)));
    return writeFile.call(this, data, ...rest);
  };
  handle.sync = async function () {
    step();
    return sync.call(this);
  };
}

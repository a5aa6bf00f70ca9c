/** Loaded before a command: makes reading standard input fail as no reader expects, in words that quote the record. */
Buffer.concat = (pieces) => {
  throw new TypeError(`${pieces.join('')} is not what it should be`);
};

const bar_width = 40;

/**
 * Creates the bar that shows on stderr, where it is a terminal, how much is done.
 *
 * @param noun What is counted, in the plural.
 */
export function createBar(noun: string) {
  let told = -1;
  return (done: number, whole: number) => {
    const filled = whole === 0 ? bar_width : Math.floor((done / whole) * bar_width);
    if (!process.stderr.isTTY || (filled === told && done < whole)) return;
    told = filled;
    const bar = '█'.repeat(filled) + '░'.repeat(bar_width - filled);
    process.stderr.write(`\r${bar} ${done.toLocaleString('en')} ${noun}${done === whole ? '\n' : ''}`);
  };
}

/** Creates the same bar; elsewhere than on a terminal it writes a line for each tenth. */
export function createProgress(noun: string) {
  const bar = createBar(noun);
  let told = 0;
  return (done: number, whole: number) => {
    bar(done, whole);
    const tenths = Math.floor((done / whole) * 10);
    if (!process.stderr.isTTY && tenths > told) process.stderr.write(`${done} of ${whole}\n`);
    told = tenths;
  };
}

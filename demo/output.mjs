const LOG_EVERY_MS = 2_000;

let lastLoggedAt = 0;

export function say(text) {
  console.log(text);
}

export function step(number, title) {
  say(`\n${number}. ${title}`);
}

export function note(text) {
  say(`   ${text}`);
}

/** One line that keeps changing in a terminal; elsewhere a line every two seconds. */
export function progress(text) {
  if (process.stdout.isTTY) {
    const width = (process.stdout.columns || 80) - 1;
    process.stdout.write(`\r${`   ${text}`.slice(0, width).padEnd(width)}`);
  } else if (performance.now() - lastLoggedAt > LOG_EVERY_MS) {
    lastLoggedAt = performance.now();
    note(text);
  }
}

/** Puts the final word in the place of the line that kept changing. */
export function progressDone(text) {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  note(text);
}

export function bar(done, total, width = 24) {
  const filled = total === 0 ? width : Math.round((done / total) * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function plural(count, noun, several = `${noun}s`) {
  return `${count} ${count === 1 ? noun : several}`;
}

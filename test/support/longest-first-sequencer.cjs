const { default: Sequencer } = require('@jest/test-sequencer');

/** Where Jest remembers no durations it goes by the size of the files, which puts the longest of all at the end, alone. */
const LONGEST = ['reliability/proofs.spec.ts', 'e2e/outages.spec.ts', 'e2e/auto-train.spec.ts', 'e2e/audit.spec.ts'];

module.exports = class LongestFirstSequencer extends Sequencer {
  async sort(tests) {
    const place = ({ path }) => {
      const index = LONGEST.findIndex((end) => path.endsWith(end));
      return index < 0 ? LONGEST.length : index;
    };
    return [...(await super.sort(tests))].sort((a, b) => place(a) - place(b));
  }
};

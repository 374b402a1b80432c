/** Closes a run with one plain line that any reader of the log can find. */
class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = results;
    const failed = numFailedTests + results.numRuntimeErrorTestSuites;
    console.log(`\ntests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped`);
    if (numFailedTestSuites > 0)
      console.log(
        results.testResults
          .filter((r) => r.numFailingTests > 0 || r.testExecError)
          .map((r) => `failed: ${r.testFilePath.replace(process.cwd(), '.')}`)
          .join('\n'),
      );
  }
}

module.exports = ClosingLineReporter;

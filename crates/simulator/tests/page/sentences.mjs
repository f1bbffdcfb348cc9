// Tries each sentence in turn and ends the program: well when all are true.
export async function tell(sentences) {
  let good = 0;
  for (const [sentence, test] of Object.entries(sentences)) {
    try {
      await test();
      good += 1;
    } catch (error) {
      console.log(`FAILED: ${sentence}\n${error.stack}`);
    }
  }
  console.log(`${good} of ${Object.keys(sentences).length}`);
  process.exit(good === Object.keys(sentences).length ? 0 : 1);
}

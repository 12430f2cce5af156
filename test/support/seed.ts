/** This run's seed: HOLDFAST_SEED to repeat a run, otherwise new each time. Printed so that it can be repeated. */
export const seed = Number(process.env['HOLDFAST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed} (HOLDFAST_SEED=${seed} repeats it)`);

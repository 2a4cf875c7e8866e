import { Run, type Settings, type Told } from './run.ts';

/** A run that went wrong: where, how, what went before, and how to see it again. */
export class FailedRun extends Error {
  override readonly name = 'FailedRun';
}

/**
 * Plays one seed from its beginning to its end.
 * @throws FailedRun where anything is not as the model says
 */
export async function simulate(settings: Settings): Promise<Told> {
  const run = new Run(settings);
  try {
    return await run.go();
  } catch (error) {
    const { seed, steps } = settings;
    const { name, message, stack = message } = error as Error;
    throw new FailedRun(
      [
        `Seed ${seed} fails at step ${run.step} of ${steps}:`,
        name === 'Wrong' ? message : stack,
        'Before that:',
        ...run.trace.last.map((line) => `  ${line}`),
        `Again: npm run simulate -- --seed ${seed} --steps ${steps} --trace`,
      ].join('\n'),
    );
  }
}

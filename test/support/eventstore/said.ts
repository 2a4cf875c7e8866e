import { TESTED_AGAINST } from './target.ts';

/** Says which server is tested against, before the tests begin. */
process.stdout.write(`${TESTED_AGAINST}.\n`);

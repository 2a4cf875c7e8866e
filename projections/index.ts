import type { Recorded } from '../schemas/events/index.ts';
import { Directory } from './directory.ts';
import { Entries } from './entries.ts';
import { Holds } from './holds.ts';
import { Funds } from './funds.ts';
import { IssuingReport } from './issuing.ts';
import { References } from './references.ts';
import { Reversals } from './reversals.ts';

/** The folds that a service keeps beside its stream, one for each question. */
export class Projections {
  readonly entries = new Entries();
  readonly funds = new Funds();
  readonly issuing = new IssuingReport();
  readonly directory = new Directory();
  readonly reversals = new Reversals();
  readonly holds = new Holds();
  readonly references = new References();

  apply(recorded: readonly Recorded[]): void {
    for (const one of recorded) {
      this.entries.apply(one);
      this.funds.apply(one);
      this.issuing.apply(one);
      this.directory.apply(one);
      this.reversals.apply(one);
      this.holds.apply(one);
      this.references.apply(one);
    }
  }

  /** Everything kept, as values that can be written down; `restored` makes the same of them. */
  saved() {
    return {
      entries: this.entries.saved(),
      funds: this.funds.saved(),
      issuing: this.issuing.saved(),
      directory: this.directory.saved(),
      reversals: this.reversals.saved(),
      holds: this.holds.saved(),
      references: this.references.saved(),
    };
  }

  static restored(saved: ReturnType<Projections['saved']>): Projections {
    return Object.assign(new Projections(), {
      entries: Entries.restored(saved.entries),
      funds: Funds.restored(saved.funds),
      issuing: IssuingReport.restored(saved.issuing),
      directory: Directory.restored(saved.directory),
      reversals: Reversals.restored(saved.reversals),
      holds: Holds.restored(saved.holds),
      references: References.restored(saved.references),
    });
  }
}

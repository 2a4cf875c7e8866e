import { join } from 'node:path';
import { progress, shown, type Part, type Settings } from './figures.ts';
import { measure, type Measured } from './jobs.ts';
import { startService } from './processes.ts';
import { EVENTS, MEMBERS, sideOf } from './redemptions.ts';
import { LONG_LIST } from './requests.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const CONNECTIONS = 16;

/** Attendance lists of a hundred: how many members are credited a second. */
export async function issuing({ seconds, rounds, folder }: Settings): Promise<Part> {
  progress(`issuing: a stream with ${MEMBERS} members is written …`);
  const data = join(folder, 'issuing');
  await seed(MEMBERS, [{ events: EVENTS, file: join(data, 'ledger.sqlite') }]);
  const service = await startService(data);
  const job = { plan: 'issues', connections: CONNECTIONS, members: MEMBERS } as const;
  await measure(service, 'service', { ...job, seconds: 1 });
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`issuing: round ${round} of ${rounds}`);
    measured.push(await measure(service, 'service', { ...job, seconds }));
  }
  await service.stop();
  const lists = sideOf(measured)!;
  const perMember = (figure: number | undefined) => figure && figure / LONG_LIST;
  const result = {
    connections: CONNECTIONS,
    lines: LONG_LIST,
    membersPerSecond: lists.perSecond * LONG_LIST,
    lists,
    rounds: measured,
  };
  const text = table(
    [
      `issuing lists of ${LONG_LIST}, connections`,
      'members /s',
      'lists /s',
      'service CPU us a member',
      'generator CPU us a member',
      'p99 ms',
    ],
    [
      [
        String(CONNECTIONS),
        shown(result.membersPerSecond),
        shown(lists.perSecond, 1),
        shown(perMember(lists.serverCpu_us), 1),
        shown(perMember(lists.generatorCpu_us), 1),
        shown(lists.p99_ms, 0),
      ],
    ],
  );
  return { result, text };
}

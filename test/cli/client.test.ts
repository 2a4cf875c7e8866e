import t from 'tap';
import { Client } from '../../src/cli/client.ts';
import { diskFiles } from '../../src/cli/files.ts';
import type { Io } from '../../src/cli/io.ts';

const MIB = new Uint8Array(2 ** 20);

t.test('an answer without end is not taken to its end', async (t) => {
  let taken = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        taken += 1;
        if (taken > 2000) controller.error(new Error('nobody should ask for so much'));
        else controller.enqueue(MIB);
      },
    });
  const io: Io = {
    fetch: async () => new Response(endless()),
    output: () => undefined,
    progress: () => undefined,
    environment: {},
    files: diskFiles,
    now_ms: () => 0,
    random: (bytes) => new Uint8Array(bytes),
    wait: async () => undefined,
    stopped: async () => undefined,
  };
  const asking = new Client('http://ledger.example', 'key', io).getBytes('/v1/tile/0/000');
  await t.rejects(asking, { code: 'unreachable', message: /more than 256 MiB/ });
});

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Test } from 'tap';

/** A mail as a server got it. */
export type Mail = { readonly from: string; readonly to: readonly string[]; readonly text: string };

/** A server that takes mail (RFC 5321), as far as one without TLS and without users does. */
export async function mailServerFor(t: Test, refuses?: string) {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write('220 mail.example\r\n');
    const mail = { from: '', to: [] as string[], text: '' };
    let inMail = false;
    let rest = '';
    const answer = (line: string): string | undefined => {
      if (inMail) {
        if (line !== '.') {
          mail.text += `${line.replace(/^\./, '')}\r\n`;
          return undefined;
        }
        inMail = false;
        mails.push({ ...mail });
        return '250 kept';
      }
      const [verb = ''] = line.toUpperCase().split(/[ :]/);
      if (verb === 'MAIL') mail.from = line;
      if (verb === 'RCPT' && refuses !== undefined) return refuses;
      if (verb === 'RCPT') mail.to.push(line);
      if (verb === 'DATA') inMail = true;
      return verb === 'DATA' ? '354 go on' : '250 mail.example';
    };
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      const lines = (rest + piece.toString('utf8')).split('\r\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const said = answer(line);
        if (said !== undefined) socket.write(`${said}\r\n`);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { smtp: `smtp://127.0.0.1:${port}`, mails };
}

/** The parts of a mail by their types, each as it was before it was encoded. */
export function partsIn({ text }: Mail): { readonly type: string; readonly body: Buffer }[] {
  const boundary = /boundary="([^"]+)"/.exec(text)![1]!;
  const parts = text.split(`--${boundary}`).slice(1, -1);
  return parts.map((part) => {
    const [head, ...body] = part.trimStart().split('\r\n\r\n');
    const type = /content-type: ([^;\s]+)/i.exec(head!)![1]!;
    const encoding = /content-transfer-encoding: (\S+)/i.exec(head!)?.[1];
    const bytes = body.join('\r\n\r\n').replace(/\r\n$/, '');
    return { type, body: encoding === 'base64' ? Buffer.from(bytes, 'base64') : unquoted(bytes) };
  });
}

/** Quoted-printable (RFC 2045). */
function unquoted(text: string): Buffer {
  const bytes = text
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

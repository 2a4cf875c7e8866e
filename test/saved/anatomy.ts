import { Session, type Runtime } from 'node:inspector';

/**
 * Everything that is in a value, written out: also the private fields of objects, which only a
 * debugger sees. Two values with the same anatomy answer alike whatever they are asked.
 */

type PrivateProperty = { readonly name: string; readonly value?: Runtime.RemoteObject };

/** What is only remembered, and worked out again when it is asked for. */
const REMEMBERED = ['Years #known'];

const session = new Session();
session.connect();
const held: unknown[] = [];
Object.assign(globalThis, { heldForAnatomy: held });

export function anatomyOf(value: unknown): string {
  const lines: string[] = [];
  write(value, '', lines);
  return lines.join('\n');
}

function write(value: unknown, path: string, lines: string[]): void {
  if (typeof value === 'function') return;
  if (typeof value !== 'object' || value === null) {
    lines.push(`${path} = ${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`);
    return;
  }
  if (ArrayBuffer.isView(value)) {
    const cells = [...(value as unknown as Iterable<number>)];
    const set = cells.flatMap((cell, index) => (cell === 0 ? [] : [`${index}:${cell}`]));
    lines.push(`${path} = ${value.constructor.name} of ${cells.length}: ${set.join(' ')}`);
    return;
  }
  lines.push(`${path} = ${value.constructor.name}`);
  const entries: Iterable<readonly [unknown, unknown]> =
    value instanceof Map ? value : Object.entries(value);
  for (const [name, one] of entries) write(one, `${path}.${String(name)}`, lines);
  if (isPlain(value)) return;
  for (const [name, one] of privateFieldsOf(value)) {
    if (REMEMBERED.includes(`${value.constructor.name} ${name}`)) continue;
    write(one, `${path}.${name}`, lines);
  }
}

function isPlain(value: object): boolean {
  return [Map, Array, Object].some((one) => Object.getPrototypeOf(value) === one.prototype);
}

function privateFieldsOf(value: object): [name: string, value: unknown][] {
  held.length = 0;
  held.push(value);
  const { result: object } = asked('Runtime.evaluate', {
    expression: 'heldForAnatomy[0]',
  }) as Runtime.EvaluateReturnType;
  const { privateProperties = [] } = asked('Runtime.getProperties', {
    objectId: object.objectId,
    ownProperties: true,
  }) as { privateProperties?: PrivateProperty[] };
  return privateProperties.flatMap(({ name, value: found }) => {
    if (found === undefined || found.type === 'function') return [];
    asked('Runtime.callFunctionOn', {
      functionDeclaration: 'function (value) { heldForAnatomy[0] = value; }',
      objectId: object.objectId,
      arguments: [found.objectId === undefined ? primitive(found) : { objectId: found.objectId }],
    });
    return [[name, held[0]] as [string, unknown]];
  });
}

function primitive({ value, unserializableValue }: Runtime.RemoteObject): Runtime.CallArgument {
  if (unserializableValue !== undefined) return { unserializableValue };
  return { value: value as unknown };
}

/** A debugger of one's own thread answers before it returns. */
function asked(method: string, words: object): unknown {
  let answer: { error: Error | null; result: unknown } | undefined;
  session.post(method, words, (error: Error | null, result: unknown) => {
    answer = { error, result };
  });
  if (answer === undefined) throw new Error(`${method} was not answered at once`);
  if (answer.error !== null) throw answer.error;
  return answer.result;
}

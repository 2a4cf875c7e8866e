/** What came back, whatever its status. */
export type Answer<T> = { readonly status: number; readonly body: T };

export type Problem = { readonly code: string; readonly detail: string };

/** What is either made or refused. */
export type Either<T> = Answer<T & Partial<Problem>>;

let writes = 0;

/** Speaks to the service over HTTP with one key, and with a new idempotency key for each write. */
export class Client {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.#send<T>(path, {});
    if (status !== 200) throw unexpected(path, status, body);
    return body;
  }

  /** A report as it was sent, to the byte. */
  async text(path: string, accept: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#key}`, accept };
    const response = await fetch(`${this.#url}${path}`, { headers });
    const body = await response.text();
    if (response.status !== 200) throw unexpected(path, response.status, body);
    return body;
  }

  /** @throws if the service refuses */
  async post<T>(path: string, sent: unknown): Promise<T> {
    const { status, body } = await this.try<T>(path, sent);
    if (status !== 201 && status !== 200) throw unexpected(path, status, body);
    return body;
  }

  /** For what the service is to refuse. @throws unless it refuses with this code */
  async refused(path: string, sent: unknown, code: string): Promise<Problem> {
    const { status, body } = await this.try<Problem>(path, sent);
    if (body.code !== code) throw unexpected(path, status, body);
    return body;
  }

  try<T>(path: string, sent: unknown): Promise<Either<T>> {
    writes += 1;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': `demo-${process.pid}-${writes}`,
    };
    return this.#send<T & Partial<Problem>>(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(sent),
    });
  }

  async #send<T>(path: string, { headers, ...options }: RequestInit): Promise<Answer<T>> {
    const authorization = `Bearer ${this.#key}`;
    const response = await fetch(`${this.#url}${path}`, {
      ...options,
      headers: { authorization, ...(headers as Record<string, string> | undefined) },
    });
    return { status: response.status, body: (await response.json()) as T };
  }
}

function unexpected(path: string, status: number, body: unknown): Error {
  return new Error(`${path} was answered with ${status}: ${JSON.stringify(body)}`);
}

const AT_ONCE = 16;

/** Does something for each of a list, several at once, and waits for all. */
export async function forEach<T>(
  list: readonly T[],
  action: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const waiting = list.entries();
  const worker = async () => {
    for (const [index, item] of waiting) await action(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

const GIBIBYTE = 1024 ** 3;
/** Linux counts the time of processes in hundredths of a second, whatever the machine. */
const TICKS_A_SECOND = 100;
const UTIME = 11;
const STIME = 12;

export type Machine = {
  readonly cores: number;
  readonly processor: string;
  readonly memory_gib: number;
  readonly node: string;
  readonly platform: string;
};

/** What the figures were measured on; says nothing of whose machine it is. */
export function machine(): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memory_gib: Math.round(totalmem() / GIBIBYTE),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** CPU seconds that a process has used so far. */
export type CpuTime = {
  /** Of all its threads together. */
  readonly all_s: number;
  /** Of the thread that serves requests. */
  readonly main_s: number;
};

/** Why the time of another process cannot be read here; nothing where it can. */
export function cpuUnknown(): string | undefined {
  return cpuTime(process.pid) === undefined
    ? 'CPU seconds of the servers are left out: this system has no /proc to read them from.'
    : undefined;
}

/** The CPU time of a process; nothing where the system does not tell. */
export function cpuTime(pid: number): CpuTime | undefined {
  try {
    return {
      all_s: secondsIn(`/proc/${pid}/stat`),
      main_s: secondsIn(`/proc/${pid}/task/${pid}/stat`),
    };
  } catch {
    return undefined;
  }
}

/** The most memory that a process has had resident so far; nothing where it cannot be read. */
export function peakBytes(pid: number): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

function secondsIn(file: string): number {
  const stat = readFileSync(file, 'utf8');
  // The name of the program stands in parentheses and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_A_SECOND;
}

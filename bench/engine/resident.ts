import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux only: MB (10^6 bytes) that the process has in memory now; null elsewhere, and when it is gone. */
export function residentMegabytes(pid: number): number | null {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(statusOf(pid))?.[1];
  return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / 1e6;
}

/** Linux only: the processes that this one has started and that still run. */
export function childrenOf(pid: number): number[] {
  if (!existsSync('/proc/self/status')) return [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((one) => statusOf(one).includes(`\nPPid:\t${pid}\n`));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** Requests of Node to a disk or a resolver, which hold one of its threads. */
const at_work = /^FSReq|^FileHandleCloseReq|^GetAddrInfoReq/;

/**
 * Ends the process at once when it is told to while it starts. Because the first process of a container hears no signal
 * that it does not listen to, whoever stops it would wait until it is killed.
 *
 * @returns Stops listening.
 */
export function endWhileStarting(): () => void {
  const end = () => process.exit(0);
  process.on('SIGTERM', end).on('SIGINT', end);
  return () => void process.off('SIGTERM', end).off('SIGINT', end);
}

/**
 * Ends the process with 0. Because Node waits for its threads first, and a disk that hangs may hold one for hours, a
 * process whose threads are still at work becomes another program, which ends at once.
 *
 * @param isDone Whether all that was waited for has come to its end, the threads of the database included.
 */
export function endProcess(isDone: boolean): never {
  if (!isDone || process.getActiveResourcesInfo().some(name => at_work.test(name)))
    process.execve?.(process.execPath, [process.execPath, '--eval', ''], {});
  process.exit(0);
}

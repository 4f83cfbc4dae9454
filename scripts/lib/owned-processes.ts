import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Ends the process groups it was told about when its input closes, which the kernel does for us however the parent died: also by
 * kill -9. Then it removes the temporary folders. A shell because it needs 1 MB where a second Node would need 40.
 */
const GUARD = `
trap '' INT HUP TERM QUIT
groups=' '
folders=''
while read -r verb what; do
  case "$verb" in
    watch) groups="$groups$what " ;;
    forget) groups="\${groups%% $what *} \${groups#* $what }" ;;
    discard) folders="$folders$what
" ;;
  esac
done
lives() {
  kill -s 0 -- -"$1" 2>/dev/null || return 1
  # a zombie that init never collects, as in many containers, is no reason to wait
  case "$(cat "/proc/$1/stat" 2>/dev/null)" in *') Z '*) return 1 ;; esac
}
for group in $groups; do kill -s TERM -- -"$group" 2>/dev/null; done
for _ in 1 2 3 4 5 6 7 8 9 10; do
  alive=''
  for group in $groups; do lives "$group" && alive=yes; done
  [ -z "$alive" ] && break
  sleep 0.5
done
for group in $groups; do kill -s KILL -- -"$group" 2>/dev/null; done
printf '%s' "$folders" | while read -r folder; do rm -rf -- "$folder"; done
`;

let guard: ChildProcess | undefined;
const owned = new Set<ChildProcess>();
const stopping = new WeakSet<ChildProcess>();

function tellGuard(line: string): void {
  if (!guard) {
    guard = spawn('/bin/sh', ['-c', GUARD], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    guard.stdin!.on('error', () => undefined);
    guard.unref();
    (guard.stdin as Socket).unref();
  }
  guard.stdin!.write(`${line}\n`);
}

/** Starts a child that cannot outlive us. It leads a group of its own, so the terminal's Ctrl-C reaches it only through us, in our order. */
export function spawnOwned(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, [...args], { ...options, detached: true });
  if (child.pid === undefined) return child;
  const pid = child.pid;
  owned.add(child);
  tellGuard(`watch ${pid}`);
  child.once('exit', () => {
    owned.delete(child);
    tellGuard(`forget ${pid}`);
  });
  return child;
}

/** A new temporary folder that goes when we go; removing it earlier is fine. */
export async function temporaryFolder(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'kontor-'));
  tellGuard(`discard ${folder}`);
  return folder;
}

export const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Tells of an end that we did not ask for. */
export function onUnexpectedEnd(child: ChildProcess, tell: (how: string) => void): void {
  child.once('exit', (code, signal) => {
    if (!stopping.has(child)) tell(signal ?? `exit code ${code}`);
  });
}

/** Signals the child's whole group; a group that is already gone is what we wanted. */
export function signalOwned(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || hasEnded(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** SIGTERM, then SIGKILL for what is still there after the grace. A frozen child (SIGSTOP) is thawed, or it could not hear us. */
export async function stopOwned(child: ChildProcess, graceMs = 10_000, first: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  stopping.add(child);
  const ended = new Promise<'ended'>((resolve) => child.once('exit', () => resolve('ended')));
  child.ref();
  signalOwned(child, first);
  signalOwned(child, 'SIGCONT');
  const patience = new AbortController();
  const outcome = await Promise.race([ended, wait(graceMs, 'late', { signal: patience.signal }).catch(() => 'late')]);
  patience.abort();
  if (outcome === 'late') {
    signalOwned(child, 'SIGKILL');
    await ended;
  }
}

/** What is left when everybody has stopped their own: a server that was just starting when the signal came. */
export async function stopAllOwned(): Promise<void> {
  await Promise.all([...owned].map((child) => stopOwned(child)));
}

/** For a second Ctrl-C: no goodbyes. */
export function killOwned(): void {
  for (const child of owned) signalOwned(child, 'SIGKILL');
}

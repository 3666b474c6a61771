// Starts the real server, as a person would, on a free port, and stops it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const aot = new URL('../../target/madang.aot', import.meta.url).pathname;
const jar = new URL('../../target/madang.jar', import.meta.url).pathname;

/**
 * @param {{command?: string, flags?: Record<string, string>, port?: number, data?: string, namespace?: string}} options
 *   `data` is the folder of a server that was killed; `namespace` is the network to live in
 */
export async function startServer({
  command = 'dev',
  flags = {},
  port = 0,
  namespace,
  data = mkdtempSync(join(tmpdir(), 'madang-e2e-')),
} = {}) {
  const all = { data, 'http.port': String(port), 'udp.port': '0', 'metrics.port': '0', ...flags };
  const words = [javaCommand(), ...machineFlags(), '-jar', jar, command, ...Object.entries(all).map(([k, v]) => `--${k}=${v}`)];
  const [first, ...rest] = namespace ? ['ip', 'netns', 'exec', namespace, ...words] : words;
  const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      const link = /https?:\/\/localhost:\d+/.exec(output);
      if (link) resolve(link[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the server stopped with ${code}:\n${output}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    data,
    pid: child.pid,
    output: () => output,
    async metrics() {
      const address = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(output);
      if (!address) throw new Error(`no metrics address in:\n${output}`);
      return await (await fetch(address[0])).text();
    },
    /** Waits until what it does by itself after its start is over: it uses less than a tenth of a core. */
    async rest() {
      const ticks = () => {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
        return Number(fields[11]) + Number(fields[12]);
      };
      for (let before = -Infinity, now = ticks(); now - before > 3; now = ticks()) {
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    },
    /** As a power failure would: no goodbye; the data folder stays. */
    async kill() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
    /** With `keep` the data folder stays, for another start. */
    async stop({ keep = false } = {}) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await gone;
      }
      if (!keep) rmSync(data, { recursive: true, force: true });
    },
  };
}

/**
 * Runs a program that embeds the server, from its source, and waits for the link that it prints.
 * @param {string} file
 * @param {...string} words
 */
export async function startProgram(file, ...words) {
  const child = spawn(javaCommand(), ['--enable-native-access=ALL-UNNAMED', '-cp', jar, file, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      const link = /Up: (https?:\/\/localhost:\d+)/.exec(output);
      if (link) resolve(link[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`the program stopped with ${code}:\n${output}`)));
  });
  return {
    url,
    output: () => output,
    /** When it ends by itself. */
    over: () => gone,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await gone;
    },
  };
}

/** The words that run a command of Madang, as the launcher would. */
export function madang(...words) {
  return [javaCommand(), ...machineFlags(), '-jar', jar, ...words];
}

/**
 * Two hosts, a server's and a client's, joined by a line as `--lab` has it: `loss=2%,rtt=80ms,seed=7`.
 */
export async function openLab(line) {
  const program = new URL('OpenLab.java', import.meta.url).pathname;
  const child = spawn(javaCommand(), [...machineFlags(), '-cp', jar, program, line], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [server, client] = await new Promise((resolve, reject) => {
    child.stdout.once('data', (names) => resolve(String(names).trim().split(' ')));
    child.once('exit', (code) => reject(new Error(`no lab: ${code}`)));
  });
  return {
    server,
    client,
    address: '10.77.0.1',
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await gone;
    },
  };
}

/** The value of one Prometheus counter, summed over its labels. A name that is not there is a mistake, not a 0. */
export function metric(text, name) {
  const lines = text.split('\n').filter((line) => line.startsWith(name + ' ') || line.startsWith(name + '{'));
  if (lines.length === 0) throw new Error(`no metric ${name} in:\n${text}`);
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Payload that the relay has carried so far, in both directions. */
export async function relayed(server) {
  const text = await server.metrics();
  return metric(text, 'madang_turn_bytes_to_peers_total') + metric(text, 'madang_turn_bytes_to_clients_total');
}

/** The flags that the launcher starts the JVM with, and what it had the JVM keep for a faster start. */
function machineFlags() {
  const [, flags] = /^jvm="(.*)"$/m.exec(readFileSync(new URL('../../madang', import.meta.url), 'utf8'));
  return [...flags.split(' '), ...(existsSync(aot) ? [`-XX:AOTCache=${aot}`] : [])];
}

/** The newest JDK that is new enough: the same search as the launcher's. */
function javaCommand() {
  const homes = [process.env.JAVA_HOME, ...list('/usr/lib/jvm')].filter(Boolean);
  for (const home of homes) {
    try {
      const version = /^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'));
      if (version && Number(version[1]) >= 25) return join(home, 'bin/java');
    } catch {
      // not a JDK
    }
  }
  return 'java';
}

function list(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

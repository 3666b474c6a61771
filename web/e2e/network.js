// Hosts of our own on one machine: network namespaces joined to this one by veth pairs. Needs root on Linux.
import { execFileSync } from 'node:child_process';

let made = 0;

/** A host with an own subnet 10.77.N.0/24; we are .1, it is .2, and its way out leads through us. */
export function makeHost() {
  const number = ++made;
  const name = `madang${number}`;
  const subnet = `10.77.${number}`;
  remove(name, number);
  ip('netns', 'add', name);
  ip('link', 'add', `mdg${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  ip('addr', 'add', `${subnet}.1/24`, 'dev', `mdg${number}`);
  ip('link', 'set', `mdg${number}`, 'up');
  inside(name, 'ip', 'addr', 'add', `${subnet}.2/24`, 'dev', 'eth0');
  inside(name, 'ip', 'link', 'set', 'lo', 'up');
  inside(name, 'ip', 'link', 'set', 'eth0', 'up');
  inside(name, 'ip', 'route', 'add', 'default', 'via', `${subnet}.1`);
  return {
    name,
    gateway: `${subnet}.1`,
    address: `${subnet}.2`,
    cut: () => ip('link', 'set', `mdg${number}`, 'down'),
    mend: () => ip('link', 'set', `mdg${number}`, 'up'),
    /** Nothing but TCP leaves or enters. */
    blockUdp() {
      const rules = 'table inet madang { chain out { type filter hook output priority 0; meta l4proto udp drop; }; chain in { type filter hook input priority 0; meta l4proto udp drop; }; }';
      inside(name, 'nft', rules);
    },
    remove: () => remove(name, number),
  };
}

export const isRoot = process.getuid?.() === 0;

function remove(name, number) {
  for (const command of [
    ['ip', ['link', 'del', `mdg${number}`]],
    ['ip', ['netns', 'del', name]],
  ]) {
    try {
      execFileSync(command[0], command[1], { stdio: 'ignore' });
    } catch {
      // was not there
    }
  }
}

function inside(name, ...command) {
  ip('netns', 'exec', name, ...command);
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

// Hosts of our own on one machine: network namespaces joined to this one by veth pairs. Needs root on Linux.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

// Runs at the same time on one machine keep out of each other's way.
let made = (process.pid % 62) * 4;

/** A host with an own subnet 10.77.N.0/24; we are .1, it is .2, and its way out leads through us. */
export function makeHost() {
  const number = ++made;
  const name = `madang${number}`;
  const subnet = `10.77.${number}`;
  remove(name, number);
  ip('netns', 'add', name);
  ip('link', 'add', `mdg${number}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  // An IPv6 address that comes a second later is a change of network, and browsers drop what they load.
  write(`/proc/sys/net/ipv6/conf/mdg${number}/disable_ipv6`, '1');
  inside(name, 'sh', '-c', 'echo 1 | tee /proc/sys/net/ipv6/conf/*/disable_ipv6');
  ip('addr', 'add', `${subnet}.1/24`, 'dev', `mdg${number}`);
  ip('link', 'set', `mdg${number}`, 'up');
  inside(name, 'ip', 'addr', 'add', `${subnet}.2/24`, 'dev', 'eth0');
  inside(name, 'ip', 'link', 'set', 'lo', 'up');
  inside(name, 'ip', 'link', 'set', 'eth0', 'up');
  inside(name, 'ip', 'route', 'add', 'default', 'via', `${subnet}.1`);
  settled(name);
  return {
    name,
    gateway: `${subnet}.1`,
    address: `${subnet}.2`,
    /** The cable is out: the host sees its link down, but keeps address and routes. */
    cut: () => ip('link', 'set', `mdg${number}`, 'down'),
    mend: () => ip('link', 'set', `mdg${number}`, 'up'),
    /** Nothing but TCP leaves or enters. */
    blockUdp() {
      const rules = 'table inet madang { chain out { type filter hook output priority 0; oifname != "lo" meta l4proto udp drop; }; chain in { type filter hook input priority 0; iifname != "lo" meta l4proto udp drop; }; }';
      inside(name, 'nft', rules);
    },
    /** Of all that leaves and enters, so many in a hundred do not arrive. Who sends is not told, as it is where he sends himself. */
    lose(percent) {
      const drop = `numgen random mod 1000 < ${Math.round(percent * 10)} drop`;
      inside(name, 'nft', `table inet loss { chain in { type filter hook input priority 0; ${drop}; }; }`);
      nft(`table inet ${name} { chain in { type filter hook prerouting priority -300; iifname "mdg${number}" ${drop}; }; }`);
    },
    /** Who connects to this TCP port of ours reaches another one instead. */
    detour(from, to) {
      inside(name, 'nft', `table ip detour { chain out { type nat hook output priority -100; tcp dport ${from} dnat to ${subnet}.1:${to}; }; }`);
    },
    remove: () => remove(name, number),
  };
}

/**
 * A firewall that looks into connections to this port of ours and lets TLS through and nothing else:
 * who does not begin with a ClientHello waits for an answer for ever. Use its `port` for [detour].
 */
export async function onlyTls(port) {
  const turnedAway = [];
  const firewall = createServer((from) => {
    from.on('error', () => {});
    from.once('data', (first) => {
      if (first[0] !== 0x16) {
        turnedAway.push(first);
        return;
      }
      const to = connect(port, '127.0.0.1', () => to.write(first));
      for (const [one, other] of [[from, to], [to, from]]) {
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
      from.pipe(to);
      to.pipe(from);
    });
  });
  await new Promise((resolve) => firewall.listen(0, '0.0.0.0', resolve));
  return { port: firewall.address().port, turnedAway, close: () => firewall.close() };
}

/** Waits until the link carries: from here on nothing of this network changes by itself. */
function settled(name) {
  inside(name, 'sh', '-c', 'until [ "$(cat /sys/class/net/eth0/operstate)" = up ]; do :; done');
}

export const isRoot = process.getuid?.() === 0;

function remove(name, number) {
  for (const command of [
    ['ip', ['link', 'del', `mdg${number}`]],
    ['ip', ['netns', 'del', name]],
    ['nft', ['delete', 'table', 'inet', name]],
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

function write(file, value) {
  if (existsSync(file)) writeFileSync(file, value);
}

function nft(rules) {
  execFileSync('nft', [rules], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

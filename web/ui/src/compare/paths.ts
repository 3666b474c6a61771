/** By which way a peer connection goes. */
export type Path = { transport: 'udp' | 'tcp'; relayed: boolean };

export type Stat = { type: string; id: string; timestamp: number } & Record<string, unknown>;

/** All that a connection says of itself now, by id. */
export async function statsOf(connection: RTCPeerConnection): Promise<Map<string, Stat>> {
  const stats = new Map<string, Stat>();
  (await connection.getStats()).forEach((stat: Stat) => stats.set(stat.id, stat));
  return stats;
}

/** The way of the pair that carries: a pair left for a better one stays nominated, so Chromium names it in its transport. Firefox marks it `selected`. */
export function wayOf(stats: Map<string, Stat>): Path | undefined {
  const all = [...stats.values()];
  const carries = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pair = all.find((stat) => stat['selected'] || stat.id === carries);
  const local = stats.get(String(pair?.['localCandidateId']));
  const remote = stats.get(String(pair?.['remoteCandidateId']));
  if (local === undefined) {
    return undefined;
  }
  return {
    transport: (local['relayProtocol'] ?? local['protocol']) === 'udp' ? 'udp' : 'tcp',
    relayed: local['candidateType'] === 'relay' || remote?.['candidateType'] === 'relay',
  };
}

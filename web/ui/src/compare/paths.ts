/** By which way a peer connection goes. */
export type Path = { transport: 'udp' | 'tcp'; relayed: boolean };

type Stat = { type: string; id: string } & Record<string, unknown>;

export async function way(connection: RTCPeerConnection): Promise<Path | undefined> {
  const stats = new Map<string, Stat>();
  (await connection.getStats()).forEach((stat: Stat) => stats.set(stat.id, stat));
  const all = [...stats.values()];
  const selected = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  const pair =
    stats.get(String(selected)) ??
    all.find(({ type, state, nominated }) => type === 'candidate-pair' && state === 'succeeded' && nominated);
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

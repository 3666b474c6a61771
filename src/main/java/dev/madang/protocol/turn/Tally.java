package dev.madang.protocol.turn;

/** What happened so far, counted where it happens. */
final class Tally {
  long allocated;
  long refused;
  long unauthorized;
  long unanswered;
  long denied;
  long dropped;
  long packetsToPeers;
  long bytesToPeers;
  long packetsToClients;
  long bytesToClients;

  TurnServer.Counters snapshot(int allocations) {
    return new TurnServer.Counters(
        allocations,
        allocated,
        refused,
        unauthorized,
        unanswered,
        denied,
        dropped,
        packetsToPeers,
        bytesToPeers,
        packetsToClients,
        bytesToClients);
  }
}

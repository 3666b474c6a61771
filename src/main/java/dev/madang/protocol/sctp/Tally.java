package dev.madang.protocol.sctp;

/** What an association counts while it lives. */
final class Tally {
  long packetsIn;
  long packetsOut;
  long dropped;
  long messagesIn;
  long messagesOut;
  long abandoned;
  long retransmitted;
  long timeouts;
}

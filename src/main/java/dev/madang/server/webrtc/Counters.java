package dev.madang.server.webrtc;

import dev.madang.net.Count;

/// What happened at one [Station]: raised on its loop, read from any thread.
final class Counters {
  final Count born = new Count();
  final Count connected = new Count();
  final Count ended = new Count();

  final Count rtpIn = new Count();
  final Count rtpBytesIn = new Count();
  final Count rtcpIn = new Count();
  final Count rtpOut = new Count();
  final Count rtpBytesOut = new Count();
  final Count rtcpOut = new Count();

  /// Datagrams of addresses that nobody vouched for, and checks of nobody we expect.
  final Count strangers = new Count();

  /// Packets that were not made with the far end's key.
  final Count forged = new Count();

  /// Packets that came twice, or so late that nobody can tell.
  final Count replayed = new Count();

  /// Packets shorter than they must be, before there were keys, or of too many sources.
  final Count dropped = new Count();

  /// Datagrams that another loop received.
  final Count strayed = new Count();

  /// Packets that we asked senders to send again, and keyframes that we asked them for.
  final Count lossesAsked = new Count();

  final Count keyframesAsked = new Count();

  /// Packets that receivers asked us to send again, and those that were.
  final Count lossesHeard = new Count();

  final Count repeated = new Count();

  /// Packets that could not be sent: no keys yet, or a connection that is full.
  final Count unsent = new Count();
}

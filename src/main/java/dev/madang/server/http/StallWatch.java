package dev.madang.server.http;

import io.netty.channel.Channel;

/// Notices a far end that does not take what was written to it. Lives on its channel's loop.
final class StallWatch {
  private long pending;
  private long since;

  /// Whether nothing at all was taken for so long.
  boolean stalled(Channel channel, long now, long nanos) {
    return stalled(queued(channel), now, nanos);
  }

  /// The same, of so many bytes that wait now.
  boolean stalled(long queued, long now, long nanos) {
    long before = pending;
    pending = queued;
    if (before == 0 || pending < before) {
      since = now;
    }
    return pending > 0 && now - since > nanos;
  }

  /// Bytes written to a channel that the kernel has not taken.
  static long queued(Channel channel) {
    var buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}

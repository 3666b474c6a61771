package dev.madang.server.webrtc;

import dev.madang.net.Timer;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunMessage;
import org.jspecify.annotations.Nullable;

/// By what the far end of a [Transport] is known when it comes: the user name fragments that its
/// checks name, and the password; and how long it may take to come. Any thread, but its timer has a
/// loop.
final class Expectation {
  private final Transports transports;
  private final Transport transport;
  private volatile IceCredentials local;
  private volatile @Nullable IceCredentials before;

  /// Whose loop has `absence`, which waits for the far end to come.
  private @Nullable Station watches;

  private @Nullable Timer absence;

  Expectation(Transports transports, Transport transport, IceCredentials local) {
    this.transports = transports;
    this.transport = transport;
    this.local = local;
  }

  IceCredentials local() {
    return local;
  }

  /// Whether these bytes are a check by who knows the password.
  boolean isMetBy(byte[] bytes, int offset, int length) {
    return StunMessage.isSigned(bytes, offset, length, IntegrityKey.shortTerm(local.password()));
  }

  /// From now on checks may come; whoever does not come in time is not waited for.
  void begin() {
    Station chosen = transports.any();
    watches = chosen;
    transports.add(local, transport);
    chosen.tell(() -> {
      absence = chosen.loop().timer(transport::closeIfUnborn);
      absence.at(chosen.now() + transports.connectNanos());
    });
  }

  /// From now on checks may come, and it is not said by when.
  void beginWithoutEnd() {
    transports.add(local, transport);
  }

  /// By these credentials too; of those before, the last stay good. Always from one thread.
  void renew(IceCredentials fresh) {
    IceCredentials oldest = before;
    if (oldest != null) {
      transports.remove(oldest);
    }
    before = local;
    local = fresh;
    transports.add(fresh, transport);
  }

  /// Nobody is expected any more. Whoever is over is not held by a timer until it would have been
  /// late.
  void end() {
    Station chosen = watches;
    if (chosen != null) {
      chosen.tell(() -> {
        if (absence != null) {
          absence.cancel();
        }
      });
    }
    transports.remove(local);
    IceCredentials old = before;
    if (old != null) {
      transports.remove(old);
    }
  }
}

package dev.madang.server.webrtc;

import dev.madang.protocol.ice.IceAgent;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.ice.IceLite;
import dev.madang.protocol.sdp.RemoteTransport;

/// The ICE of a [Transport]: the server's lite one, or the full one of our own clients. Lives on
/// the transport's loop.
sealed interface Agent {
  /// A STUN message; whether who sent it knows the password.
  boolean receive(Way from, byte[] bytes, int offset, int length, long now);

  /// What signaling says of the far end.
  void meet(RemoteTransport remote, long now);

  void restart(IceCredentials local, long now);

  boolean validated(Way way);

  /// What only the far end can write came this way, at that time.
  void lives(Way way, long at);

  /// Whether the far end seems not to use this way any more.
  boolean silent(Way way, long now);

  void closed(Way way, long now);

  void tick(long now);

  long deadline();

  /// Of the server: answers checks and sends none.
  final class Lite implements Agent {
    private final IceLite<Way> ice;

    Lite(IceCredentials local, IceLite.Output<Way> output, long now) {
      ice = new IceLite<>(local, output, now);
    }

    @Override
    public boolean receive(Way from, byte[] bytes, int offset, int length, long now) {
      return ice.receive(from, from.remote(), bytes, offset, length, now);
    }

    @Override
    public void meet(RemoteTransport remote, long now) {
      ice.setRemote(remote.ice());
    }

    @Override
    public void restart(IceCredentials local, long now) {
      ice.restart(local);
    }

    @Override
    public boolean validated(Way way) {
      return ice.validated(way);
    }

    @Override
    public void lives(Way way, long at) {
      ice.lives(way, at);
    }

    @Override
    public boolean silent(Way way, long now) {
      return ice.silent(way, now);
    }

    @Override
    public void closed(Way way, long now) {
      ice.closed(way, now);
    }

    @Override
    public void tick(long now) {
      ice.tick(now);
    }

    @Override
    public long deadline() {
      return ice.deadline();
    }
  }

  /// Of a client: checks every way to the far end and chooses one.
  final class Full implements Agent {
    private final IceAgent<Way> ice;
    private final IceCandidate usual;

    /// @param usual our candidate to which a way belongs that the far end found
    Full(IceAgent<Way> ice, IceCandidate usual) {
      this.ice = ice;
      this.usual = usual;
    }

    /// A way that was asked for is there.
    void connected(IceCandidate local, IceCandidate remote, Way way, long now) {
      ice.connected(local, remote, way, now);
    }

    @Override
    public boolean receive(Way from, byte[] bytes, int offset, int length, long now) {
      IceCandidate local = from.local();
      boolean known =
          ice.receive(
              local == null ? usual : local, from, from.remote(), bytes, offset, length, now);
      if (known && local == null) {
        // The far end found it (RFC 8445 §7.3.1.3): the answer to our own check comes by it.
        from.keep();
      }
      return known;
    }

    @Override
    public void meet(RemoteTransport remote, long now) {
      ice.setRemote(remote.ice(), remote.lite(), now);
      for (IceCandidate each : remote.candidates()) {
        ice.addRemote(each, now);
      }
    }

    @Override
    public void restart(IceCredentials local, long now) {
      ice.restart(local, now);
    }

    @Override
    public boolean validated(Way way) {
      return ice.validated(way);
    }

    /// It asks for consent itself.
    @Override
    public void lives(Way way, long at) {}

    /// It chooses no way by which its own checks were not answered, and may leave any.
    @Override
    public boolean silent(Way way, long now) {
      return true;
    }

    @Override
    public void closed(Way way, long now) {
      ice.closed(way, now);
    }

    @Override
    public void tick(long now) {
      ice.tick(now);
    }

    @Override
    public long deadline() {
      return ice.deadline();
    }
  }
}

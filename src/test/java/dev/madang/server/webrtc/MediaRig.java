package dev.madang.server.webrtc;

import dev.madang.net.Loop;
import dev.madang.net.TcpLoops;
import dev.madang.net.UdpOptions;
import dev.madang.net.dtls.Dtls;
import dev.madang.net.dtls.DtlsIdentity;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.sdp.LocalTransport;
import dev.madang.protocol.sdp.RemoteTransport;
import dev.madang.protocol.sdp.Setup;
import dev.madang.protocol.stun.IntegrityKey;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.server.http.HttpDoor;
import dev.madang.server.http.Router;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The media door with the doors below it, and clients that come to it over loopback.
final class MediaRig implements AutoCloseable {
  final MeterRegistry meters = new SimpleMeterRegistry();
  final TcpLoops tcp = new TcpLoops(1);
  final Router router = new Router();
  final UdpDoor udp;
  final MediaDoor media;
  final HttpDoor http;
  private final SecureRandom random = new SecureRandom();
  private final Loop loop = Loop.start("clients");
  private final Dtls dtls =
      new Dtls(DtlsIdentity.make(Instant.now(), random), Dtls.Config.defaults());
  private final Transports clients = Transports.ofClients(dtls);
  private final List<Client> all = new ArrayList<>();

  MediaRig() throws IOException {
    this(new UdpDoor.Config("", 0, 0, false), MediaDoor.Config.defaults());
  }

  MediaRig(UdpDoor.Config port, MediaDoor.Config config) throws IOException {
    udp = UdpDoor.open(port);
    media = MediaDoor.open(config, udp, meters);
    http = HttpDoor.open(HttpDoor.Config.defaults().withPort(0), tcp, router);
    http.onIce(media::take);
    media.onTcp(http.port());
  }

  /// Both ends of a connection.
  ///
  /// @param local what the door said of itself
  /// @param remote what the client is known by
  /// @param door where the client sends to
  record Ends(
      CargoLog server,
      CargoLog client,
      Client far,
      LocalTransport local,
      IceCredentials remote,
      Address door) {
    /// A check of the client that wants to be spoken to where it comes from.
    byte[] nomination(Random random) {
      return StunMessage.request(
              StunMessage.BINDING,
              TransactionId.random(random),
              new StunAttribute.Username(local.ice().ufrag() + ":" + remote.ufrag()),
              new StunAttribute.Priority(1),
              new StunAttribute.UseCandidate(),
              new StunAttribute.IceControlling(7))
          .write(IntegrityKey.shortTerm(local.ice().password()), true);
    }
  }

  /// Lets a client come, by UDP or TCP; returns at once.
  Ends connect(boolean overTcp) throws IOException {
    return connect(overTcp, fingerprint());
  }

  Ends connect(boolean overTcp, Fingerprint expected) throws IOException {
    return connect(overTcp, expected, new CargoLog(), udp.port(), () -> {});
  }

  /// By UDP, with a log that listens already.
  Ends connect(CargoLog client) throws IOException {
    return connect(false, fingerprint(), client, udp.port(), () -> {});
  }

  /// @param meanwhile happens when the client has begun and the door does not know it yet
  Ends connect(Runnable meanwhile) throws IOException {
    return connect(false, fingerprint(), new CargoLog(), udp.port(), meanwhile);
  }

  /// By UDP, through this.
  Ends connect(Nat nat) throws IOException {
    return connect(false, fingerprint(), new CargoLog(), nat.port(), () -> {});
  }

  private Ends connect(
      boolean overTcp, Fingerprint expected, CargoLog client, int port, Runnable meanwhile)
      throws IOException {
    CargoLog server = new CargoLog();
    IceCredentials credentials = IceCredentials.random(random);
    Client far = new Client(clients, loop, credentials, random, overTcp ? tcp : null, client);
    loop.ask(() -> far.open(InetAddress.getLoopbackAddress(), UdpOptions.defaults()));
    all.add(far);
    MediaDoor.Expected near = expect(server);
    far.transport().setRemote(remote(near.local(), port));
    far.transport().tell(() -> {});
    meanwhile.run();
    near.transport()
        .setRemote(
            new RemoteTransport(
                credentials, List.of(expected), Setup.PASSIVE, false, false, List.of()));
    return new Ends(
        server, client, far, near.local(), credentials, Address.parse("127.0.0.1", udp.port()));
  }

  Fingerprint fingerprint() {
    return dtls.identity().fingerprint();
  }

  MediaDoor.Expected expect(Cargo cargo) {
    Caller caller = new Caller(Address.parse("127.0.0.1", 0), "127.0.0.1");
    MediaDoor.Expected expected = media.expect(caller, cargo);
    if (expected == null) {
      throw new AssertionError("the door is full");
    }
    return expected;
  }

  /// @param port where the door's UDP is reached
  private static RemoteTransport remote(LocalTransport local, int port) {
    List<IceCandidate> loopback =
        local.candidates().stream()
            .filter(each -> each.host().equals("127.0.0.1"))
            .map(each ->
                each.transport().isTcp()
                    ? each
                    : IceCandidate.host(
                        Address.parse("127.0.0.1", port), IceCandidate.Transport.UDP, 65_535))
            .toList();
    return new RemoteTransport(
        local.ice(), List.of(local.fingerprint()), Setup.ACTIVE, true, false, loopback);
  }

  @Override
  public void close() {
    for (Client each : all) {
      each.transport().close(Ending.CLOSED);
    }
    http.close();
    media.close();
    udp.close();
    loop.close();
    dtls.close();
    tcp.close();
  }

  static MediaDoor.Config impatient(Duration connectTimeout) {
    MediaDoor.Config usual = MediaDoor.Config.defaults();
    return new MediaDoor.Config(
        true,
        List.of(),
        usual.transports(),
        usual.transportsPerAddress(),
        connectTimeout,
        usual.handshakes(),
        usual.handshakesPerAddress(),
        usual.voices(),
        true,
        usual.tcpQueue(),
        usual.tcpPatience());
  }
}

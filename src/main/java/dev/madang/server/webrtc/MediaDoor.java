package dev.madang.server.webrtc;

import dev.madang.media.Codec;
import dev.madang.net.LanAddresses;
import dev.madang.net.Loop;
import dev.madang.net.dtls.Dtls;
import dev.madang.net.dtls.DtlsIdentity;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.rtp.ExtensionMap;
import dev.madang.protocol.sdp.Capabilities;
import dev.madang.protocol.sdp.DownSection;
import dev.madang.protocol.sdp.DownTrack;
import dev.madang.protocol.sdp.EchoAnswer;
import dev.madang.protocol.sdp.Extension;
import dev.madang.protocol.sdp.LocalTransport;
import dev.madang.protocol.sdp.SctpDescription;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.Setup;
import dev.madang.protocol.sdp.UpAnswer;
import dev.madang.protocol.sdp.UpTrack;
import dev.madang.protocol.sdp.WhepAnswer;
import dev.madang.room.forward.Kind;
import dev.madang.room.forward.Settings;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import dev.madang.wire.ProtocolException;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Media by WebRTC: far ends that send ([#up]) and far ends that receive ([#down]). Datagrams come
/// from the UDP door, TCP and TLS connections from the web's door. Its methods may be called from
/// any thread.
public final class MediaDoor implements AutoCloseable {
  /// @param enabled whether there is one
  /// @param addresses where far ends reach this machine when those are not its own (one-to-one
  ///   NAT); empty = its own
  /// @param transports at a time, in all; 0 = no limit, as below
  /// @param transportsPerAddress at a time, for one IPv4 address or IPv6 /64
  /// @param connectTimeout from the answer to the end of the DTLS handshake
  /// @param handshakes of DTLS under way at a time, in all
  /// @param handshakesPerAddress the same for one IPv4 address or IPv6 /64
  /// @param voices how many microphones of a room are forwarded at a time, the loudest
  /// @param tcp whether far ends whose network has no UDP may come by TCP and TLS, on the web's
  ///   port
  /// @param tcpQueue bytes that may wait for one far end over TCP that reads slowly
  /// @param tcpPatience how long it may stay so slow that nothing fits, before it is closed
  public record Config(
      boolean enabled,
      List<String> addresses,
      int transports,
      int transportsPerAddress,
      Duration connectTimeout,
      int handshakes,
      int handshakesPerAddress,
      int voices,
      boolean tcp,
      int tcpQueue,
      Duration tcpPatience) {
    public Config {
      addresses = List.copyOf(addresses);
      addresses.forEach(text -> Address.parse(text, 0));
      require(tcpQueue >= 65_536, "tcp-queue is below 64 KiB");
      require(connectTimeout.toMillis() >= 1000, "connect-timeout is below a second");
      require(voices > 0, "voices has to be above zero");
      require(handshakes > 0 && handshakesPerAddress > 0, "handshakes has to be above zero");
    }

    public static Config defaults() {
      return new Config(
          true,
          List.of(),
          10_000,
          500,
          Duration.ofSeconds(30),
          256,
          64,
          5,
          true,
          262_144,
          Duration.ofSeconds(10));
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalArgumentException(otherwise);
      }
    }
  }

  private final Config config;
  private final UdpDoor udp;
  private final Dtls dtls;
  private final Transports transports;
  private final SecureRandom random = new SecureRandom();
  private final Capabilities capabilities =
      Capabilities.usual(Extensions.OF_AUDIO, Extensions.OF_VIDEO);
  private final String name = id();
  private final Settings settings = Settings.defaults(name);
  private volatile int tcpPort;
  private @Nullable MediaMetrics metrics;
  private volatile Known known = new Known(List.of(), System.nanoTime());

  private record Known(List<Address> addresses, long stale) {}

  private MediaDoor(Config config, UdpDoor udp) {
    this.config = config;
    this.udp = udp;
    dtls =
        new Dtls(
            CompletableFuture.supplyAsync(
                () -> DtlsIdentity.make(Instant.now(), random),
                task -> Thread.ofVirtual().name("dtls-identity").start(task)),
            new Dtls.Config(
                config.handshakes(),
                config.handshakesPerAddress(),
                config.connectTimeout(),
                Dtls.Config.defaults().retransmission()));
    transports = new Transports(config, dtls);
  }

  /// Opens the door.
  ///
  /// @param udp which goes on after this door closes
  public static MediaDoor open(Config config, UdpDoor udp, MeterRegistry meters)
      throws IOException {
    MediaDoor door = new MediaDoor(config, udp);
    List<Station> stations = new ArrayList<>();
    for (Loop loop : udp.loops()) {
      Station station = new Station(loop, door.transports);
      station.opened(udp.socket(loop));
      stations.add(station);
    }
    door.transports.stations(stations);
    udp.onMedia(loop -> {
      Station station = stations.get(udp.loops().indexOf(loop));
      loop.onLongTurn(station::left);
      return station;
    });
    door.metrics = new MediaMetrics(meters, door.transports);
    return door;
  }

  /// From now on far ends may come by TCP and TLS, at this port of [#take]'s caller.
  public void onTcp(int port) {
    tcpPort = config.tcp() ? port : 0;
  }

  /// Takes over a TCP or TLS connection that begins with STUN in the framing of RFC 4571.
  public void take(ChannelPipeline pipeline, boolean secure) {
    Channel channel = pipeline.channel();
    if (config.tcp() && channel.remoteAddress() instanceof InetSocketAddress remote) {
      pipeline.addLast(
          new FirstCheck(
              transports, Address.of(remote.getAddress().getAddress(), remote.getPort())));
    } else {
      channel.close();
    }
  }

  // ---- far ends that send -----------------------------------------------------------------------

  /// A far end that offers to send.
  ///
  /// @param home where `output` is told
  /// @return null when there are as many transports as there may be
  /// @throws ProtocolException with a sentence for whoever offered
  public @Nullable UpSession up(
      String offer, Caller caller, Executor home, UpSession.Output output) {
    SessionDescription description = SessionDescription.read(offer);
    LocalTransport local = describe(sessionId(), credentials(), caller.host());
    UpAnswer agreed = answer(description, local, 1, null);
    UpMedia media =
        new UpMedia(
            settings,
            UpSession.extensions(agreed.tracks().stream().map(UpTrack::extensions).toList()),
            ssrc(),
            home,
            output);
    Expected expected = expect(caller, media, local);
    return expected == null
        ? null
        : new UpSession(this, expected.transport(), media, caller.host(), local, agreed);
  }

  /// A far end that offers data channels or a sound, to be answered on the spot.
  ///
  /// @param loss the share of its packets that are lost on purpose, each way; 0 = none
  /// @return the answer, or null when there are as many transports as there may be
  /// @throws ProtocolException with a sentence for whoever offered
  public @Nullable Mirrored mirror(String offer, Caller caller, Mirror mirror, double loss) {
    LocalTransport local = describe(sessionId(), credentials(), caller.host());
    int ssrc = ssrc();
    EchoAnswer agreed = EchoAnswer.to(SessionDescription.read(offer), local, PLAIN, echo(ssrc));
    SctpDescription data = agreed.data();
    Reflection reflection = new Reflection(mirror, ssrc);
    Expected expected = expect(caller, reflection, local);
    if (expected == null) {
      return null;
    }
    Transport transport = expected.transport();
    if (loss > 0) {
      transport.tell(() -> transport.lose(new Losses(loss, random.nextLong())));
    }
    transport.setRemote(agreed.remote());
    if (data != null) {
      transport.tell(() -> transport.carry(data, reflection));
    }
    return new Mirrored(agreed.answer().write(), () -> transport.close(Ending.CLOSED));
  }

  private DownTrack echo(int ssrc) {
    return new DownTrack(
        id(),
        dev.madang.protocol.sdp.Kind.AUDIO,
        "echo",
        name,
        ssrc & 0xFFFF_FFFFL,
        -1,
        List.of(Codec.OPUS.encodingName()));
  }

  /// @param answer the SDP
  /// @param close ends the connection, from any thread
  public record Mirrored(String answer, Runnable close) {}

  UpAnswer answer(
      SessionDescription offer, LocalTransport local, long version, @Nullable Setup established) {
    // libwebrtc sends by the first codec of an answer.
    Capabilities redundant = capabilities.withRedundancy(true);
    return UpAnswer.to(offer, local, redundant, version, established);
  }

  // ---- far ends that receive --------------------------------------------------------------------

  /// A far end to which we shall offer.
  ///
  /// @param home where `output` is told
  /// @return null when there are as many transports as there may be
  public @Nullable DownSession down(Caller caller, Executor home, DownSession.Output output) {
    LocalTransport local = describe(sessionId(), credentials(), caller.host());
    ExtensionMap extensions =
        UpSession.extensions(
            List.of(ids(capabilities.audioExtensions()), ids(capabilities.videoExtensions())));
    DownMedia media = new DownMedia(settings, extensions, home, output);
    Expected expected = expect(caller, media, local);
    return expected == null
        ? null
        : new DownSession(this, expected.transport(), media, caller.host(), local);
  }

  private static Map<Integer, String> ids(List<Extension> extensions) {
    return extensions.stream().collect(Collectors.toMap(Extension::id, Extension::uri));
  }

  /// A far end that offers to receive (WHEP), and the answer to it.
  public record Watcher(DownSession session, String answer) {}

  /// A far end that offers to receive what sources there are.
  ///
  /// @param sources for the sections of their kind, in order
  /// @param home where `output` is told
  /// @return null when there are as many transports as there may be
  /// @throws ProtocolException with a sentence for whoever offered
  public @Nullable Watcher watch(
      SessionDescription offer,
      List<Source> sources,
      Caller caller,
      Executor home,
      DownSession.Output output) {
    LocalTransport local = describe(sessionId(), credentials(), caller.host());
    Map<Source, DownTrack> tracks = new LinkedHashMap<>();
    sources.forEach(source -> tracks.put(source, track(source)));
    WhepAnswer agreed =
        WhepAnswer.to(offer, local, capabilities, List.copyOf(tracks.values()), 1, null);
    DownMedia media =
        new DownMedia(
            settings,
            UpSession.extensions(agreed.sections().stream().map(DownSection::extensions).toList()),
            home,
            output);
    Expected expected = expect(caller, media, local);
    if (expected == null) {
      return null;
    }
    DownSession session = new DownSession(this, expected.transport(), media, caller.host(), local);
    session.agreed(agreed, tracks);
    return new Watcher(session, agreed.answer().write());
  }

  /// A source under numbers of ours that were never used.
  DownTrack track(Source source) {
    return new DownTrack(
        id(),
        source.kind() == Kind.AUDIO
            ? dev.madang.protocol.sdp.Kind.AUDIO
            : dev.madang.protocol.sdp.Kind.VIDEO,
        source.stream(),
        name,
        ssrc() & 0xFFFF_FFFFL,
        source.kind() == Kind.AUDIO ? -1 : ssrc() & 0xFFFF_FFFFL,
        source.kind() == Kind.AUDIO
            ? List.of(name(source), Codec.RED.encodingName())
            : List.of(name(source)));
  }

  private static String name(Source source) {
    return source.codings().getFirst().codec().encodingName();
  }

  // ---- what both are made of --------------------------------------------------------------------

  /// A connection that a far end is about to make.
  ///
  /// @param transport which waits for it
  /// @param local for the far end
  record Expected(Transport transport, LocalTransport local) {}

  /// Waits for a far end from now on.
  ///
  /// @return null when there are as many as there may be
  @Nullable Expected expect(Caller caller, Cargo cargo) {
    return expect(caller, cargo, describe(sessionId(), credentials(), caller.host()));
  }

  private @Nullable Expected expect(Caller caller, Cargo cargo, LocalTransport local) {
    if (!transports.admit(caller.address())) {
      return null;
    }
    Transport transport =
        new Transport(
            transports,
            caller.address(),
            local.ice(),
            (_, _, ours, output, now) -> new Agent.Lite(ours, output, now),
            cargo,
            null);
    transport.expect();
    return new Expected(transport, local);
  }

  Capabilities capabilities() {
    return capabilities;
  }

  /// How many microphones of a room are forwarded at a time.
  int voices() {
    return config.voices();
  }

  IceCredentials credentials() {
    return IceCredentials.random(random);
  }

  private long sessionId() {
    return random.nextLong() >>> 2 | 1;
  }

  int ssrc() {
    return random.nextInt() | 1;
  }

  /// A word that nobody guesses.
  String id() {
    byte[] bytes = new byte[18];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  Transports transports() {
    return transports;
  }

  /// What our side of a new connection tells about itself.
  ///
  /// @param host the name by which the far end knows us; a literal address is told as well
  LocalTransport describe(long session, IceCredentials ice, String host) {
    Set<Address> all = new LinkedHashSet<>();
    literal(host, all);
    all.addAll(addresses());
    List<IceCandidate> candidates = new ArrayList<>();
    int preference = 0;
    for (Address address : all) {
      if (preference < MOST_ADDRESSES) {
        candidates.add(
            IceCandidate.host(
                address.withPort(udp.port()), IceCandidate.Transport.UDP, 65_535 - preference));
        if (tcpPort != 0) {
          candidates.add(
              IceCandidate.host(
                  address.withPort(tcpPort),
                  IceCandidate.Transport.TCP_PASSIVE,
                  8191 - preference));
        }
        preference++;
      }
    }
    return new LocalTransport(session, ice, dtls.identity().fingerprint(), candidates);
  }

  private static void literal(String host, Set<Address> to) {
    String bare = host.startsWith("[") ? host.substring(1, Math.max(1, host.length() - 1)) : host;
    try {
      to.add(Address.parse(bare.equals("localhost") ? "127.0.0.1" : bare, 0));
    } catch (IllegalArgumentException _) {
      // A name: not every far end resolves those of candidates, and our own addresses are told.
    }
  }

  /// Those configured, or the machine's, asked for anew now and then.
  private List<Address> addresses() {
    Known asked = known;
    if (System.nanoTime() - asked.stale >= 0) {
      List<Address> now =
          config.addresses().isEmpty()
              ? LanAddresses.all().stream().map(MediaDoor::address).toList()
              : config.addresses().stream().map(text -> Address.parse(text, 0)).toList();
      asked = new Known(now, System.nanoTime() + FRESH_NANOS);
      known = asked;
    }
    return asked.addresses;
  }

  private static Address address(InetAddress address) {
    return Address.of(Objects.requireNonNull(address).getAddress(), 0);
  }

  /// Ends every transport; returns when that is done.
  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
    try {
      udp.onMedia(_ -> (_, _, _, _) -> {});
      for (Station station : transports.stations()) {
        station.loop().ask(() -> station.closeAll());
      }
    } catch (IOException closed) {
      // Then the loops are gone, and every transport with them.
    }
    dtls.close();
  }

  /// What is sent back is sent as it came: nothing wrapped around it, and nothing said beside it.
  private static final Capabilities PLAIN =
      Capabilities.usual(List.of(), List.of()).withRedundancy(false);

  private static final int MOST_ADDRESSES = 8;
  private static final long FRESH_NANOS = 2_000_000_000L;
}

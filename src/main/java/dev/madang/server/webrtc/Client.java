package dev.madang.server.webrtc;

import dev.madang.net.Loop;
import dev.madang.net.StreamSocket;
import dev.madang.net.TcpLoops;
import dev.madang.net.UdpOptions;
import dev.madang.protocol.ice.IceAgent;
import dev.madang.protocol.ice.IceCandidate;
import dev.madang.protocol.ice.IceCredentials;
import dev.madang.protocol.ice.IceLite;
import dev.madang.wire.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A far end of our own: a [Transport] with a full ICE agent and a UDP socket for itself, or TCP
/// connections. Lives on its loop.
final class Client implements Transport.Agents {
  private final Station station;
  private final RandomGenerator random;
  private final @Nullable TcpLoops tcp;
  private final Transport transport;
  private volatile IceAgent.Role role = IceAgent.Role.CONTROLLING;
  private @Nullable IceCandidate udp;

  /// @param random a cryptographic source
  /// @param tcp for connections over TCP, and then not by UDP; null = by UDP
  Client(
      Transports clients,
      Loop loop,
      IceCredentials local,
      RandomGenerator random,
      @Nullable TcpLoops tcp,
      Cargo cargo) {
    this.random = random;
    this.tcp = tcp;
    station = new Station(loop, clients);
    clients.admit(NOBODY);
    transport = new Transport(clients, NOBODY, local, this, cargo, station);
  }

  /// On the loop: opens its socket at this address.
  Client open(InetAddress from, UdpOptions options) throws IOException {
    if (tcp == null) {
      station.closeWithTheLast();
      station.opened(station.loop().open(new InetSocketAddress(from, 0), options, station));
      udp =
          IceCandidate.host(
              Address.of(from.getAddress(), station.socket().local().getPort()),
              IceCandidate.Transport.UDP,
              65_535);
    }
    // A far end that is a full agent too sends checks.
    transport.answerChecks();
    return this;
  }

  /// What may be told of where it is; only after [#open].
  List<IceCandidate> candidates() {
    return udp == null ? List.of() : List.of(udp);
  }

  /// RFC 8445 §6.1.1: of two full agents "the ICE agent that generated the offer […] MUST take the
  /// controlling role, and the other MUST take the controlled role". Before it is told of the far
  /// end.
  void answers() {
    role = IceAgent.Role.CONTROLLED;
  }

  Transport transport() {
    return transport;
  }

  Station station() {
    return station;
  }

  @Override
  public Agent agent(
      Transport transport, Station at, IceCredentials local, IceLite.Output<Way> output, long now) {
    IceSide side = new IceSide(output);
    IceAgent<Way> ice = new IceAgent<>(local, role, random, side, now);
    side.ice = ice;
    IceCandidate usual = udp != null ? udp : ACTIVE;
    ice.addLocal(usual, now);
    return new Agent.Full(ice, usual);
  }

  /// Ways as the agent wants them.
  private final class IceSide implements IceAgent.Output<Way> {
    private final IceLite.Output<Way> output;
    private @Nullable IceAgent<Way> ice;

    IceSide(IceLite.Output<Way> output) {
      this.output = output;
    }

    @Override
    public @Nullable Way way(IceCandidate local, IceCandidate remote) {
      Address address = remote.address();
      if (address == null) {
        return null;
      }
      if (local.transport().isTcp()) {
        connect(local, remote, address);
        return null;
      }
      DatagramWay way = new DatagramWay(station, transport, station.socket().path(address), local);
      way.keep();
      return way;
    }

    private void connect(IceCandidate local, IceCandidate remote, Address address) {
      if (tcp == null) {
        return;
      }
      ChannelFuture connected =
          new Bootstrap()
              .group(tcp.group())
              .channel(tcp.channel())
              .option(ChannelOption.TCP_NODELAY, true)
              .handler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      StreamWay way = streamWay(channel, address, local);
                      channel.pipeline().addLast(way.handler());
                      channel.attr(WAY).set(way);
                    }
                  })
              .connect(socketAddress(address));
      connected.addListener(done -> {
        if (done.isSuccess()) {
          StreamWay way = connected.channel().attr(WAY).get();
          station
              .loop()
              .tell(() -> {
                if (ice != null) {
                  ice.connected(local, remote, way, station.now());
                  transport.touch();
                }
              });
        }
      });
    }

    @Override
    public void send(Way to, byte[] bytes, int offset, int length) {
      output.send(to, bytes, offset, length);
    }

    @Override
    public void selected(Way to, long now) {
      output.selected(to, now);
    }

    @Override
    public void lost(long now) {
      output.lost(now);
    }
  }

  private StreamWay streamWay(Channel channel, Address remote, IceCandidate local) {
    MediaDoor.Config config = transport.transports().config();
    StreamSocket socket =
        new StreamSocket(channel, station.loop(), config.tcpQueue(), config.tcpPatience());
    return new StreamWay(station, transport, socket, remote, local);
  }

  private static InetSocketAddress socketAddress(Address address) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.ip()), address.port());
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static final io.netty.util.AttributeKey<StreamWay> WAY =
      io.netty.util.AttributeKey.valueOf(Client.class, "way");
  private static final Address NOBODY = Address.v4(0, 0);

  /// RFC 6544 §4.5: nobody connects to it, its port is 9.
  private static final IceCandidate ACTIVE =
      IceCandidate.host(Address.v4(0, 9), IceCandidate.Transport.TCP_ACTIVE, 8191);
}

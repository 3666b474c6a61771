package dev.madang.protocol.turn;

import static dev.madang.protocol.turn.TurnWorld.CLIENT;
import static dev.madang.protocol.turn.TurnWorld.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.madang.protocol.stun.StunAttribute;
import dev.madang.protocol.stun.StunMessage;
import dev.madang.protocol.stun.TransactionId;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import dev.madang.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way of a relayed packet through the engine, without a network around it. */
class RelayPathTest implements TurnServer.Output {
  private final TurnServer server =
      new TurnServer(TurnWorld.settings(), new byte[16], TurnWorld.policy(), this);
  private final TurnClient client =
      new TurnClient(
          "ann",
          "secret",
          false,
          new SplittableRandom(1),
          (bytes, offset, length) -> toServer(bytes, offset, length));
  private final Credentials credentials = new Credentials("madang", "", Map.of("ann", "secret"));
  private @Nullable Sink relay;
  private boolean relaying;
  private long packets;
  private long bytesSeen;

  @BeforeEach
  void allocate() {
    client.allocate(0);
    client.permit(PEER, 0);
    client.bind(PEER.withPort(1), 0);
    relaying = true;
  }

  @Test
  void makesNoObjectForAPacketOnAChannel() {
    byte[] fromClient = new ByteWriter().u16(0x4000).u16(1200).bytes(new byte[1200]).toArray();
    byte[] roomy = new byte[TurnServer.HEADROOM + 1200 + TurnServer.TAILROOM];
    Address peer = PEER.withPort(1);
    assertThat(
            bytesMadePerPacket(() -> {
              server.receive(CLIENT, fromClient, 0, fromClient.length, 1);
              server.receivePeer(relay, peer, roomy, TurnServer.HEADROOM, 1200, 1);
            }))
        .isLessThan(1);
    assertThat(bytesSeen).isEqualTo(packets / 2 * (1200 + 1204));
  }

  @Test
  void makesNoObjectForAPacketInAnIndication() {
    byte[] fromClient =
        StunMessage.indication(
                StunMessage.SEND,
                new TransactionId(1, 2),
                new StunAttribute.XorPeerAddress(PEER),
                new StunAttribute.Data(Bytes.of(new byte[1200])))
            .write();
    byte[] roomy = new byte[TurnServer.HEADROOM + 1200 + TurnServer.TAILROOM];
    assertThat(
            bytesMadePerPacket(() -> {
              server.receive(CLIENT, fromClient, 0, fromClient.length, 1);
              server.receivePeer(relay, PEER, roomy, TurnServer.HEADROOM, 1200, 1);
            }))
        .isLessThan(1);
    assertThat(bytesSeen).isEqualTo(packets / 2 * (1200 + 1236));
  }

  /** After the compiler has seen it. */
  private double bytesMadePerPacket(Runnable twoPackets) {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 200_000; i++) {
      twoPackets.run();
    }
    long packetsBefore = packets;
    long before = thread.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 200_000; i++) {
      twoPackets.run();
    }
    long made = thread.getCurrentThreadAllocatedBytes() - before;
    assertThat(packets - packetsBefore).isEqualTo(400_000);
    return made / 400_000.0;
  }

  private void toServer(byte[] bytes, int offset, int length) {
    server.receive(CLIENT, bytes, offset, length, 0);
  }

  private final class Sink extends Relay {
    @Override
    public Address address() {
      return TurnWorld.RELAY_4.withPort(50_000);
    }

    @Override
    public void send(Address peer, byte[] bytes, int offset, int length) {
      packets++;
      bytesSeen += length;
    }

    @Override
    public void close() {}
  }

  @Override
  public void send(Address to, byte[] bytes, int offset, int length) {
    if (relaying) {
      packets++;
      bytesSeen += length;
    } else {
      client.receiveDatagram(Arrays.copyOfRange(bytes, offset, offset + length), 0);
    }
  }

  @Override
  public boolean relays(boolean v6) {
    return true;
  }

  @Override
  public Relay open(boolean v6, int port) {
    relay = new Sink();
    return relay;
  }

  @Override
  public @Nullable Account account(String username) {
    return credentials.account(username, 0);
  }

  @Override
  public boolean mayGoOn(String username, Account account) {
    return true;
  }

  @Override
  public boolean admit(String user, Address from) {
    return true;
  }

  @Override
  public void release(String user, Address from) {}
}

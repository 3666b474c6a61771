package dev.madang.server.webrtc;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.SendResult;
import dev.madang.protocol.sdp.SessionDescription;
import dev.madang.protocol.sdp.UpAnswer;
import dev.madang.wire.Address;
import java.util.concurrent.CompletableFuture;

/// Our end of a data channel on which messages of 1 to 64 KB go both ways at once, as fast as they
/// go: sends as long as there is room, and sums up what comes.
final class Torrent implements Cargo, Messages {
  final CompletableFuture<Integer> all = new CompletableFuture<>();
  private final int messages;
  private final Sum sum;
  private Transport transport;
  private int sent;
  private int received;

  Torrent(int messages, boolean ordered) {
    this.messages = messages;
    sum = new Sum(ordered);
  }

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
  }

  @Override
  public void opened(DataChannel channel) {
    writable(channel);
  }

  @Override
  public void writable(DataChannel channel) {
    while (sent < messages) {
      byte[] bytes = made(sent);
      SendResult result =
          transport.channels().send(channel, false, bytes, 0, bytes.length, transport.now());
      if (result != SendResult.TAKEN) {
        return;
      }
      sent++;
    }
  }

  @Override
  public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
    sum.add(bytes, offset, length);
    received++;
    if (received == messages) {
      all.complete(sum.value);
    }
    if (received % 10_000 == 0) {
      System.out.println(this);
    }
  }

  @Override
  public void closed(DataChannel channel) {
    all.completeExceptionally(new AssertionError("closed after " + received));
  }

  @Override
  public void connected(long now) {}

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

  @Override
  public void tick(long now) {}

  @Override
  public long deadline() {
    return Long.MAX_VALUE;
  }

  @Override
  public void ended(Ending why, String detail, long now) {
    all.completeExceptionally(new AssertionError(why + " " + detail + " after " + received));
  }

  @Override
  public String toString() {
    return received + " received, " + sent + " sent, " + all;
  }

  /// Answers an offer; what it brings comes here.
  String connect(MediaDoor door, String offer) {
    Caller caller = new Caller(Address.parse("127.0.0.1", 0), "127.0.0.1");
    MediaDoor.Expected expected = door.expect(caller, this);
    UpAnswer agreed = door.answer(SessionDescription.read(offer), expected.local(), 1, null);
    expected.transport().setRemote(agreed.remote());
    expected.transport().tell(() -> expected.transport().carry(agreed.data(), this));
    return agreed.answer().write();
  }

  /// The far end makes the same.
  static byte[] made(int number) {
    byte[] bytes = new byte[1024 + (int) (number * 7919L % (63 * 1024 + 1))];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (number * 31 + i * 7 + (i >> 8));
    }
    return bytes;
  }

  static int sumOfAll(int messages, boolean ordered) {
    Sum sum = new Sum(ordered);
    for (int i = 0; i < messages; i++) {
      byte[] bytes = made(i);
      sum.add(bytes, 0, bytes.length);
    }
    return sum.value;
  }

  /// FNV-1a over the length and every byte of each message: one hash over all in their order, or,
  /// where they come in any, the hashes added up.
  static final class Sum {
    private final boolean ordered;
    int value;

    Sum(boolean ordered) {
      this.ordered = ordered;
    }

    void add(byte[] bytes, int offset, int length) {
      int hash = ((ordered ? value : 0) ^ length) * 16_777_619;
      for (int i = offset; i < offset + length; i++) {
        hash = (hash ^ bytes[i] & 0xFF) * 16_777_619;
      }
      value = ordered ? hash : value + hash;
    }
  }
}

package dev.madang.protocol.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Link;
import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was handed on and is not read takes room in the receive window. */
@ExtendWith(Seeds.class)
class SctpWindowTest {
  private static final int WINDOW = SctpSettings.defaults().receiveWindow();

  @Test
  void whoReadsNothingIsSentNoMoreThanTheWindowAndEverythingLater(Seed seed) {
    for (Link link : new Link[] {Link.perfect(Duration.ofMillis(10)), Link.bad()}) {
      SctpPair pair = new SctpPair(seed, link).established();
      pair.b.keeps = false;
      int size = 20_000;
      int[] unread = {0};
      pair.b.onMessage =
          () -> {
            unread[0] += size;
            pair.b.sctp.unread(size);
          };
      int said = 0;
      while (pair.a.send(0, new byte[size], Delivery.RELIABLE) == SendResult.TAKEN) {
        said++;
        pair.network.drive(Duration.ofMillis(100));
      }
      pair.network.drive(Duration.ofMinutes(1));
      assertThat(unread[0]).isBetween(WINDOW - 2 * size, WINDOW);
      assertThat(pair.a.closed).isNull();

      // Half of it is read, and as much follows.
      pair.b.sctp.read(unread[0] / 2, pair.now());
      long half = pair.b.received;
      pair.network.drive(Duration.ofMinutes(1));
      assertThat(pair.b.received - half).isBetween(half / 2 - 2, half / 2 + 2);
      pair.b.onMessage = () -> {};
      pair.b.sctp.read(2 * WINDOW, pair.now());
      pair.network.drive(Duration.ofMinutes(1));
      assertThat(pair.b.received).isEqualTo(said);
    }
  }

  @Test
  void whoIgnoresTheWindowIsNotHeardBeyondIt() {
    RawPeer peer = new RawPeer().established();
    int tsn = RawPeer.FIRST_TSN;
    for (int i = 0; i < 2000; i++) {
      peer.say(RawPeer.data(tsn++, 0, i, Chunk.BEGIN | Chunk.END, new byte[1000]));
      if (peer.messages.size() > i) {
        peer.sctp.unread(1000);
      }
    }
    assertThat(peer.messages).hasSizeBetween(WINDOW / 1000 - 1, WINDOW / 1000 + 1);
    RawPeer.Part sack = peer.last(Chunk.SACK);
    assertThat(sack.i32(4)).isLessThan(2000);
    assertThat(peer.closed).isNull();

    // When it is read there is a window again, and the far end is told without having asked.
    int known = peer.all(Chunk.SACK).size();
    peer.sctp.read(10_000, peer.now);
    assertThat(peer.all(Chunk.SACK)).hasSize(known);
    peer.sctp.read(WINDOW / 2, peer.now);
    assertThat(peer.all(Chunk.SACK)).hasSize(known + 1);
    assertThat(peer.last(Chunk.SACK).i32(4)).isGreaterThan(WINDOW / 2);
  }

  @Test
  void readingMoreThanThereWasOrAfterTheEndDoesNothing() {
    RawPeer peer = new RawPeer().established();
    peer.sctp.read(1000, peer.now);
    peer.say(RawPeer.data(RawPeer.FIRST_TSN, 0, 0, Chunk.BEGIN | Chunk.END, new byte[1000]));
    peer.pass(200);
    assertThat(peer.last(Chunk.SACK).i32(4)).isEqualTo(WINDOW);
    peer.sctp.unread(WINDOW);
    peer.sctp.abort("", peer.now);
    peer.packets.clear();
    peer.sctp.read(WINDOW, peer.now);
    assertThat(peer.packets).isEmpty();
  }

  /// As Chromium does when acknowledgements of its own take room in the packet: what it sends by a
  /// closed window is what fits behind them, and not always what is missing first.
  @Test
  void whatIsMissingIsTakenInAnyOrderThoughTheWindowIsFull() {
    RawPeer peer = new RawPeer().established();
    int size = 1100;
    int fragments = 50;
    int held = 0;
    int tsn = RawPeer.FIRST_TSN;
    List<byte[]> lost = new ArrayList<>();
    for (int message = 0; held < WINDOW + 100 * size; message++) {
      for (int i = 0; i < fragments; i++) {
        int flags = i == 0 ? Chunk.BEGIN : i == fragments - 1 ? Chunk.END : 0;
        byte[] chunk = RawPeer.data(tsn++, 0, message, flags, new byte[size]);
        held += size + Run.OVERHEAD;
        if (i == 3 || i == 30) {
          lost.add(chunk);
        } else {
          peer.say(chunk);
        }
      }
    }
    assertThat(peer.messages).isEmpty();
    assertThat(peer.last(Chunk.SACK).i32(4)).isBetween(30 * size, WINDOW / 8);

    // What never came is not taken before what is missing.
    long kept = peer.sctp.counters().bytesHeld();
    peer.say(RawPeer.data(tsn, 0, 0, 0, new byte[size]));
    assertThat(peer.sctp.counters().bytesHeld()).isEqualTo(kept);

    // The last of the messages is beyond the window.
    int came = (int) (kept / (size + Run.OVERHEAD) / (fragments - 2));
    for (int i = 2 * came - 1; i >= 0; i--) {
      peer.say(lost.get(i));
    }
    assertThat(peer.messages).hasSize(came);
    assertThat(peer.last(Chunk.SACK).i32(4)).isGreaterThan(WINDOW / 2);
    assertThat(peer.closed).isNull();
  }
}

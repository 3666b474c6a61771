package dev.madang.server.webrtc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.protocol.sctp.DataChannel;
import dev.madang.protocol.sctp.DataChannels;
import dev.madang.protocol.sctp.Delivery;
import dev.madang.room.SignalMessage;
import dev.madang.room.SignalMessage.ConnectionLost;
import dev.madang.room.SignalMessage.Description;
import dev.madang.room.SignalMessage.DescriptionType;
import dev.madang.room.SignalMessage.FromServer;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Permissions;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.Up;
import dev.madang.room.SignalMessage.UpAnswer;
import dev.madang.server.udp.UdpDoor;
import dev.madang.wire.Address;
import dev.madang.wire.ByteWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Messages between participants, by real connections with the hall over loopback.
class LettersTest {
  private final ExecutorService home = Executors.newSingleThreadExecutor();
  private MediaRig rig;
  private Clients clients;
  private Hall hall;

  @BeforeEach
  void open() throws IOException {
    rig = new MediaRig(new UdpDoor.Config("", 0, 2, false), MediaDoor.Config.defaults());
    clients = new Clients(1, null);
    hall = new Hall(rig.media, home);
  }

  @AfterEach
  void close() {
    clients.close();
    rig.close();
    home.shutdown();
  }

  @Test
  void goToOneOrToAllInTheRoomWithTheSendersIdentity() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    Person cem = new Person("room", "cem", true).connect();
    Person elsewhere = new Person("other", "bob", true).connect();
    ann.say("", "to all");
    ann.say("bob", "to bob");
    ann.say("cem", "your turn");
    assertThat(cem.hear("your turn")).containsExactly("reliable ann to all");
    cem.say("", "done");
    assertThat(bob.hear("done")).containsExactly("reliable ann to all", "reliable ann to bob");
    assertThat(ann.hear("done")).isEmpty();
    assertThat(elsewhere.heard).isEmpty();
  }

  @Test
  void comeByTheChannelWithTheNameOfTheirs() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    ann.fast("bob", "as it comes");
    assertThat(bob.next()).isEqualTo("fast ann as it comes");
  }

  @Test
  void waitForWhoIsStillConnecting() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person bob = new Person("room", "bob", true);
    ann.say("", "early");
    ann.say("ann", "nobody hears themselves");
    home.submit(() -> {}).get();
    assertThat(bob.connect().next()).isEqualTo("reliable ann early");
  }

  @Test
  void areNotPassedOnForWhoMayNotWrite() throws Exception {
    Person mute = new Person("room", "mute", false).connect();
    Person ann = new Person("room", "ann", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    mute.say("", "unheard");
    ann.say("", "heard");
    assertThat(bob.next()).isEqualTo("reliable ann heard");
    // Who may not write hears all the same.
    assertThat(mute.next()).isEqualTo("reliable ann heard");
  }

  @Test
  void thatAreNoneEndTheConnectionOfWhoSentThemAndNoOther() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person rogue = new Person("room", "rogue", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    rogue.send("reliable", new byte[] {9, 9, 9});
    assertThat(rogue.lost.get(20, TimeUnit.SECONDS).reason()).contains("kind");
    ann.say("", "goes on");
    assertThat(bob.next()).isEqualTo("reliable ann goes on");
  }

  @Test
  void arriveAllHoweverFastTheyAreSent() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    // Twice what is passed on at once; the rest within a second.
    String text = "x".repeat(60_000);
    for (int i = 0; i < 34; i++) {
      ann.say("bob", i + text);
    }
    for (int i = 0; i < 34; i++) {
      assertThat(bob.next()).isEqualTo("reliable ann " + i + text);
    }
  }

  @Test
  void whoReadsNothingCostsTheOthersNothing() throws Exception {
    Person ann = new Person("room", "ann", true).connect();
    Person deaf = new Person("room", "deaf", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    deaf.read = false;
    String text = "y".repeat(60_000);
    for (int i = 0; i < 25; i++) {
      ann.say("", i + text);
      assertThat(bob.next()).isEqualTo("reliable ann " + i + text);
    }
  }

  @Test
  void whoIsTooSlowLosesAChannelAndIsThereAgainByAnother() throws Exception {
    Person slow = new Person("room", "slow", true).connect();
    Person bob = new Person("room", "bob", true).connect();
    slow.read = false;
    Person ann = null;
    for (int i = 0; i < 6; i++) {
      ann = new Person("room", "ann" + i, true).connect();
      for (int j = 0; j < 16; j++) {
        ann.say("slow", j + "z".repeat(60_000));
      }
      ann.say("bob", "all said");
      assertThat(bob.next()).endsWith("all said");
    }
    slow.readOn();
    assertThat(slow.closed.get(20, TimeUnit.SECONDS)).isEqualTo("reliable");
    assertThat(slow.lost).isNotDone();
    slow.heard.clear();
    slow.session.tell(
        () -> slow.session.channels().open("reliable", "", Delivery.RELIABLE, System.nanoTime()));
    ann.say("slow", "again");
    assertThat(slow.next()).isEqualTo("reliable ann5 again");
  }

  /// A page of our own.
  private final class Person implements ClientSession.Output, Messages {
    final String room;
    final String identity;
    final ClientSession session;
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<ConnectionLost> lost = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private int opened;
    final CompletableFuture<String> closed = new CompletableFuture<>();
    private int unread;
    volatile boolean read = true;

    Person(String room, String identity, boolean mayWrite) throws Exception {
      this.room = room;
      this.identity = identity;
      session = clients.open(InetAddress.getLoopbackAddress(), false, this);
      session.hears(this);
      ParticipantInfo info =
          new ParticipantInfo(
              identity,
              identity,
              Role.GUEST,
              1,
              "page",
              Presence.ONLINE,
              null,
              new Permissions(false, true, mayWrite, false),
              List.of(),
              false);
      home.submit(() ->
              hall.present(room, info, Address.parse("127.0.0.1", 0), "127.0.0.1", this::told))
          .get();
    }

    private void told(FromServer message) {
      if (message instanceof ConnectionLost over) {
        lost.complete(over);
      }
    }

    Person connect() throws Exception {
      String offer = session.offerToSend(List.of(), true);
      Up up = new Up("c", new Description(DescriptionType.OFFER, offer), List.of());
      CompletableFuture<SignalMessage.Answer> answer = new CompletableFuture<>();
      home.execute(() -> hall.wish(room, identity, up, answer::complete));
      UpAnswer taken = (UpAnswer) answer.get(20, TimeUnit.SECONDS);
      session.accept(loopback(taken.description().sdp()));
      session.tell(() -> {
        DataChannels channels = session.channels();
        channels.open("reliable", "", Delivery.RELIABLE, System.nanoTime());
        channels.open("fast", "", Delivery.LOSSY, System.nanoTime());
      });
      ready.get(20, TimeUnit.SECONDS);
      return this;
    }

    void say(String to, String text) {
      send("reliable", envelope(to, text));
    }

    void fast(String to, String text) {
      send("fast", envelope(to, text));
    }

    void send(String label, byte[] bytes) {
      session.tell(() -> {
        DataChannels channels = session.channels();
        DataChannel channel = channels.channel(label.equals("reliable") ? 0 : 2);
        channels.send(channel, false, bytes, 0, bytes.length, System.nanoTime());
      });
    }

    void readOn() {
      session.tell(() -> {
        read = true;
        session.channels().read(unread, System.nanoTime());
      });
    }

    String next() throws InterruptedException {
      String next = heard.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      return next;
    }

    /// All until this one.
    List<String> hear(String last) throws InterruptedException {
      List<String> all = new ArrayList<>();
      for (String next = next(); !next.endsWith(" " + last); next = next()) {
        all.add(next);
      }
      return all;
    }

    @Override
    public void opened(DataChannel channel) {
      opened++;
      if (opened == 2) {
        ready.complete(true);
      }
    }

    @Override
    public void message(DataChannel channel, boolean text, byte[] bytes, int offset, int length) {
      if (!read) {
        session.channels().unread(length);
        unread += length;
      }
      int name = bytes[offset + 2];
      String from = new String(bytes, offset + 3, name, UTF_8);
      String said = new String(bytes, offset + 3 + name, length - 3 - name, UTF_8);
      heard.add(channel.label() + " " + from + " " + said);
    }

    @Override
    public void writable(DataChannel channel) {}

    @Override
    public void closed(DataChannel channel) {
      closed.complete(channel.label());
    }

    @Override
    public void connected(long now) {}

    @Override
    public void receiveRtp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void receiveRtcp(byte[] bytes, int offset, int length, long now) {}

    @Override
    public void ended(Ending why, String detail) {}
  }

  private static byte[] envelope(String to, String text) {
    byte[] name = to.getBytes(UTF_8);
    return new ByteWriter()
        .u8(0)
        .u16(name.length)
        .bytes(name)
        .bytes(text.getBytes(UTF_8))
        .toArray();
  }

  /// Other addresses of this machine may not reach it.
  private static String loopback(String sdp) {
    return String.join(
            "\r\n",
            Arrays.stream(sdp.split("\r\n"))
                .filter(line -> !line.startsWith("a=candidate") || line.contains(" 127.0.0.1 "))
                .toArray(String[]::new))
        + "\r\n";
  }
}

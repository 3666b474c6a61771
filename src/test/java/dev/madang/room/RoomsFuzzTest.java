package dev.madang.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.madang.room.SignalMessage.Admit;
import dev.madang.room.SignalMessage.ChatMessage;
import dev.madang.room.SignalMessage.Decline;
import dev.madang.room.SignalMessage.Joined;
import dev.madang.room.SignalMessage.Leave;
import dev.madang.room.SignalMessage.Lock;
import dev.madang.room.SignalMessage.MakeHost;
import dev.madang.room.SignalMessage.ParticipantInfo;
import dev.madang.room.SignalMessage.Presence;
import dev.madang.room.SignalMessage.Publish;
import dev.madang.room.SignalMessage.RaiseHand;
import dev.madang.room.SignalMessage.Remove;
import dev.madang.room.SignalMessage.Role;
import dev.madang.room.SignalMessage.Said;
import dev.madang.room.SignalMessage.Say;
import dev.madang.room.SignalMessage.Sent;
import dev.madang.room.SignalMessage.SetLobby;
import dev.madang.room.SignalMessage.Source;
import dev.madang.room.SignalMessage.TrackInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Random meetings: people join, are cut off (noticed at once, late, or never before they are
/// back), resume, load their page anew, talk, resend, raise hands, knock, are let in, removed.
/// After every step everybody who is online must see the same room.
class RoomsFuzzTest {
  @Test
  void everybodySeesTheSameRoomWhateverIsCut() {
    LongStream seeds =
        SECONDS == 0 ? LongStream.range(0, 80) : new SplittableRandom().longs(Long.MAX_VALUE);
    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
    seeds.takeWhile(_ -> SECONDS == 0 || System.nanoTime() - end < 0).forEach(RoomsFuzzTest::run);
  }

  private static void run(long seed) {
    try {
      new RandomMeeting(seed).run(300);
    } catch (AssertionError | RuntimeException e) {
      fail("seed " + seed, e);
    }
  }

  private static final class RandomMeeting {
    private final SplittableRandom random;
    private final Meeting meeting = new Meeting();
    private final List<Guest> guests = new ArrayList<>();
    private final Map<Guest, State> states = new HashMap<>();

    /** Messages whose answer was lost: to be said again. */
    private final Map<Guest, List<String>> unanswered = new HashMap<>();

    /** What was said while somebody was cut off. */
    private final Map<Guest, List<String>> missed = new HashMap<>();

    private int said;

    private enum State {
      AWAY,
      IN,
      CUT
    }

    RandomMeeting(long seed) {
      random = new SplittableRandom(seed);
      IntStream.range(0, 6)
          .forEach(i -> {
            Guest guest = meeting.guest("guest" + i);
            guests.add(guest);
            states.put(guest, State.AWAY);
            unanswered.put(guest, new ArrayList<>());
            missed.put(guest, new ArrayList<>());
          });
    }

    void run(int steps) {
      for (int i = 0; i < steps; i++) {
        step(guests.get(random.nextInt(guests.size())));
        meeting.pass(Duration.ofMillis(random.nextInt(3000)));
        check();
      }
    }

    private void step(Guest guest) {
      switch (states.get(guest)) {
        case AWAY -> join(guest);
        case CUT -> {
          if (random.nextInt(3) > 0) {
            guest.instance = random.nextInt(5) == 0 ? guest.instance + "x" : guest.instance;
            join(guest);
          } else {
            guest.loses();
          }
        }
        case IN -> act(guest);
      }
    }

    private void join(Guest guest) {
      guest.you = null;
      var answer = guest.join();
      boolean joined = answer instanceof Joined;
      if (answer instanceof Joined back && back.resumed()) {
        assertThat(guest.chat.keySet()).as("nothing is missed").containsAll(missed.get(guest));
      }
      missed.get(guest).clear();
      guest.ended = null; // The older connection's, if it knocked.
      states.put(guest, joined ? State.IN : State.AWAY);
      if (states.get(guest) == State.IN) {
        List.copyOf(unanswered.get(guest)).forEach(id -> resend(guest, id));
      } else if (random.nextBoolean()) {
        guest.loses();
      }
    }

    private void act(Guest guest) {
      switch (random.nextInt(16)) {
        case 0, 1 -> {
          guest.loses();
          states.put(guest, State.CUT);
        }
        case 2 -> {
          guest.isCutOff();
          states.put(guest, State.CUT);
        }
        case 3 -> {
          guest.send(new Leave());
          guest.you = null;
          states.put(guest, State.AWAY);
        }
        case 4, 5, 6 -> say(guest);
        case 7, 8 -> guest.send(new RaiseHand(random.nextBoolean()));
        case 9 ->
            guest.send(
                new Publish(List.of(new TrackInfo("t", Source.MICROPHONE, random.nextBoolean()))));
        case 10 -> guest.send(new SetLobby(random.nextBoolean()));
        case 11 -> guest.send(new Lock(random.nextInt(3) == 0));
        case 12, 13 -> guest.send(new Admit(null));
        case 14 -> guest.send(new MakeHost(other(guest)));
        default -> {
          if (random.nextInt(5) == 0) {
            guest.send(new Remove(other(guest)));
          } else {
            guest.send(new Decline(other(guest)));
          }
        }
      }
    }

    private String other(Guest guest) {
      String identity = guests.get(random.nextInt(guests.size())).identity;
      return identity == null ? guest.identity : identity;
    }

    /** Perhaps the answer is lost with the connection: then it is said again. */
    private void say(Guest guest) {
      String id = "m" + said++;
      var answer = guest.send(new Say(id, guest.name + " says " + id, null, null));
      if (answer instanceof Sent) {
        heard(guest, id);
      }
      if (random.nextInt(4) == 0) {
        unanswered.get(guest).add(id);
        guest.loses();
        states.put(guest, State.CUT);
      }
    }

    private void resend(Guest guest, String id) {
      var answer = guest.send(new Say(id, guest.name + " says " + id, null, null));
      if (answer instanceof Sent) {
        heard(guest, id);
        unanswered.get(guest).remove(id);
      }
    }

    private void heard(Guest from, String id) {
      String message = from.identity + " " + id;
      for (Guest guest : guests) {
        if (guest != from && states.get(guest) == State.CUT) {
          missed.get(guest).add(message);
        } else if (guest != from && states.get(guest) == State.IN) {
          assertThat(guest.chat).containsKey(message);
        }
      }
    }

    private void check() {
      // Those whom a host let in or put out learned it from the room.
      for (Guest guest : guests) {
        if (guest.ended != null) {
          states.put(guest, State.AWAY);
          guest.you = null;
        } else if (states.get(guest) == State.AWAY && guest.you != null) {
          states.put(guest, State.IN);
        }
      }
      List<Guest> in = guests.stream().filter(guest -> states.get(guest) == State.IN).toList();
      in.forEach(guest -> checkView(guest, in.getFirst()));
      checkHands(in);
      checkChat();
      assertThat(meeting.rooms.people()).isLessThanOrEqualTo(4);
      if (!in.isEmpty() && in.size() == meeting.rooms.people()) {
        assertThat(in).as("somebody is host").anyMatch(guest -> guest.you.role() == Role.HOST);
      }
    }

    /** Everybody sees the same people, and each once. */
    private void checkView(Guest guest, Guest witness) {
      assertThat(people(guest))
          .as("%s and %s", guest.name, witness.name)
          .isEqualTo(people(witness));
      assertThat(guest.others.keySet()).doesNotContain(guest.identity);
      guest.others.values().stream()
          .filter(other -> other.presence() == Presence.RECONNECTING)
          .forEach(other ->
              assertThat(guests)
                  .filteredOn(each -> states.get(each) == State.IN)
                  .noneMatch(each -> each.identity.equals(other.identity())));
      var orders = new HashSet<Integer>();
      people(guest).values().forEach(each -> assertThat(orders.add(each.order())).isTrue());
    }

    private Map<String, ParticipantInfo> people(Guest guest) {
      var all = new HashMap<String, ParticipantInfo>();
      guest.others.values().forEach(each -> all.put(each.identity(), without(each)));
      all.put(guest.identity, without(guest.you));
      return all;
    }

    /** Of one's own tracks one is told nothing, since one knows them best. */
    private static ParticipantInfo without(ParticipantInfo info) {
      return new ParticipantInfo(
          info.identity(),
          info.name(),
          info.role(),
          info.order(),
          info.instance(),
          info.presence(),
          info.hand(),
          info.can(),
          List.of(),
          info.program());
    }

    /** Places 1, 2, 3 … without a gap or a double. */
    private void checkHands(List<Guest> in) {
      if (!in.isEmpty()) {
        List<Integer> places =
            people(in.getFirst()).values().stream()
                .map(ParticipantInfo::hand)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        assertThat(places).isEqualTo(IntStream.rangeClosed(1, places.size()).boxed().toList());
      }
    }

    /** As an event each message comes at most once, and nothing anybody said is lost in a room. */
    private void checkChat() {
      for (Guest guest : guests) {
        var heard = new HashSet<String>();
        for (Said each : guest.heard(Said.class)) {
          ChatMessage message = each.message();
          assertThat(heard.add(message.from() + " " + message.id()))
              .as("twice: %s", message)
              .isTrue();
        }
      }
    }
  }

  private static final long SECONDS = Long.getLong("madang.fuzz.seconds", 0);
}

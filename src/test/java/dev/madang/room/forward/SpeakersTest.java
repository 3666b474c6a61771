package dev.madang.room.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.madang.rig.Seed;
import dev.madang.rig.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class SpeakersTest {
  private static final long MILLI = 1_000_000L;
  private static final int VOICE = 30;
  private static final int QUIET = 75;

  /// Somebody whose packets come each 20 ms.
  private final class Guest {
    final String name;
    final Loudness loudness = new Loudness();
    int level = QUIET;
    boolean silent;
    double loss;

    Guest(String name) {
      this.name = name;
    }

    void packet(RandomGenerator random) {
      if (!silent && random.nextDouble() >= loss && loudness.heard(level, now)) {
        tell();
      }
    }

    void tell() {
      speakers.heard(name, loudness.speaking(), loudness.activity(), loudness.volume(), now);
    }
  }

  private Speakers<String> speakers = new Speakers<>(5);
  private final Map<String, Guest> guests = new LinkedHashMap<>();
  private final List<String> turns = new ArrayList<>();
  private RandomGenerator random = new java.util.SplittableRandom(1);
  private long now = 77_000_000_000L;

  private Guest guest(String name) {
    Guest guest = guests.computeIfAbsent(name, Guest::new);
    speakers.opened(name, false, now);
    return guest;
  }

  private void pass(int millis) {
    for (int i = 0; i < millis / 20; i++) {
      now += 20 * MILLI;
      for (Guest guest : guests.values()) {
        guest.packet(random);
        long due = guest.loudness.deadline();
        if (due != Long.MAX_VALUE && now - due >= 0 && guest.loudness.tick(now)) {
          guest.tell();
        }
      }
      String active = speakers.active();
      if (active != null && (turns.isEmpty() || !turns.getLast().equals(active))) {
        turns.add(active);
      }
    }
  }

  /// Passes time until it is somebody's turn; in milliseconds.
  private int untilTurnOf(String name) {
    int waited = 0;
    while (!name.equals(speakers.active())) {
      assertThat(waited).isLessThan(5000);
      pass(20);
      waited += 20;
    }
    return waited;
  }

  private void speak(Guest guest, int millis) {
    guest.level = VOICE;
    pass(millis);
    guest.level = QUIET;
  }

  @Test
  void whoSpeaksHasTheTurnWithin300Milliseconds() {
    Guest ann = guest("ann");
    guest("bob");
    pass(3000);
    assertThat(speakers.active()).isNull();
    ann.level = VOICE;
    assertThat(untilTurnOf("ann")).isLessThanOrEqualTo(300);
    assertThat(speakers.speaking()).containsExactly("ann");
  }

  @Test
  void whenOneEndsAndAnotherBeginsTheTurnGoesOverWithin300Milliseconds() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    speak(ann, 3000);
    bob.level = VOICE;
    assertThat(untilTurnOf("bob")).isLessThanOrEqualTo(300);
    pass(1000);
    assertThat(speakers.speaking()).containsExactly("bob");
  }

  @Test
  void wordsWithGapsBetweenAreOneSpeech() {
    Guest ann = guest("ann");
    guest("bob");
    for (int word = 0; word < 10; word++) {
      speak(ann, 280);
      pass(320);
      assertThat(speakers.speaking()).containsExactly("ann");
    }
    pass(800);
    assertThat(speakers.speaking()).isEmpty();
    assertThat(turns).containsExactly("ann");
  }

  @Test
  void aKnockOnTheTableIsNoSpeech() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    speak(ann, 2000);
    pass(2000);
    for (int knock = 0; knock < 10; knock++) {
      bob.level = 5;
      pass(80);
      bob.level = QUIET;
      pass(400);
    }
    assertThat(turns).containsExactly("ann");
    assertThat(speakers.speaking()).isEmpty();
  }

  @Test
  void anMmHmBetweenDoesNotTakeTheTurn() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    ann.level = VOICE;
    pass(2000);
    for (int i = 0; i < 5; i++) {
      speak(bob, 400);
      pass(1500);
    }
    assertThat(turns).containsExactly("ann");
  }

  @Test
  void ofTwoWhoSpeakAtOnceTheClearlyLouderGetsTheTurnAndKeepsIt() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    ann.level = 40;
    pass(2000);
    bob.level = 25;
    assertThat(untilTurnOf("bob")).isBetween(700, 1500);
    pass(10_000);
    assertThat(turns).containsExactly("ann", "bob");
  }

  @Test
  void twoEquallyLoudDoNotTakeTheTurnFromEachOther() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    for (int i = 0; i < 500; i++) {
      ann.level = 28 + random.nextInt(6);
      bob.level = 28 + random.nextInt(6);
      pass(20);
    }
    assertThat(turns).hasSize(1);
    assertThat(speakers.speaking()).containsExactly("ann", "bob");
  }

  @Test
  void aFanIsSilenceAfterAWhile() {
    Guest ann = guest("ann");
    guest("bob");
    ann.level = 48;
    pass(20_000);
    assertThat(speakers.speaking()).isEmpty();
  }

  @Test
  void whoSendsNothingInSilenceEndsToSpeak() {
    Guest ann = guest("ann");
    guest("bob");
    speak(ann, 1000);
    ann.silent = true;
    pass(600);
    assertThat(speakers.speaking()).containsExactly("ann");
    pass(300);
    assertThat(speakers.speaking()).isEmpty();
    assertThat(speakers.active()).isEqualTo("ann");
    ann.silent = false;
    pass(400);
    assertThat(speakers.speaking()).isEmpty();
    ann.level = VOICE;
    pass(300);
    assertThat(speakers.speaking()).containsExactly("ann");
  }

  @RepeatedTest(20)
  void aThirdOfThePacketsLostChangesNoTurn(Seed seed) {
    random = seed.random();
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    ann.loss = 0.3;
    bob.loss = 0.3;
    for (int i = 0; i < 4; i++) {
      speak(ann, 2000);
      pass(200);
      bob.level = VOICE;
      assertThat(untilTurnOf("bob")).isLessThanOrEqualTo(450);
      pass(2000);
      bob.level = QUIET;
      pass(200);
    }
    assertThat(turns).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void aMutedOneEndsToSpeakAtOnce() {
    Guest ann = guest("ann");
    ann.level = VOICE;
    pass(1000);
    speakers.closed("ann", now);
    assertThat(speakers.speaking()).isEmpty();
    assertThat(speakers.active()).isNull();
  }

  // ---- which are forwarded ----------------------------------------------------------------------

  private List<Guest> crowd(int count) {
    List<Guest> crowd = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      crowd.add(guest("guest " + i));
    }
    pass(1000);
    return crowd;
  }

  private List<String> forwarded() {
    return guests.keySet().stream().filter(speakers::forwards).toList();
  }

  @Test
  void asManyMicrophonesAsMayBeAreAllForwarded() {
    List<Guest> crowd = crowd(5);
    speak(crowd.getLast(), 1000);
    assertThat(speakers.limited()).isFalse();
    assertThat(forwarded()).hasSize(5);
  }

  @Test
  void ofMoreTheOnesWhoSpeakAreAmongThoseForwarded() {
    List<Guest> crowd = crowd(12);
    assertThat(speakers.limited()).isTrue();
    assertThat(forwarded()).hasSize(5);
    for (Guest guest : crowd) {
      guest.level = VOICE;
      pass(200);
      assertThat(forwarded()).hasSize(5).contains(guest.name);
      pass(800);
      guest.level = QUIET;
      pass(800);
    }
    assertThat(forwarded())
        .containsExactly("guest 7", "guest 8", "guest 9", "guest 10", "guest 11");
  }

  @Test
  void whoIsHeardMakesPlaceForAClearlyLouderOneOnlyAndNotSoonerThanAfterTwoSeconds() {
    List<Guest> crowd = crowd(6);
    crowd.subList(0, 5).forEach(guest -> guest.level = 40);
    pass(3000);
    Guest late = crowd.get(5);
    late.level = 38;
    pass(5000);
    assertThat(forwarded()).doesNotContain(late.name);
    late.level = 20;
    pass(1000);
    assertThat(forwarded()).hasSize(5).contains(late.name);
  }

  @RepeatedTest(10)
  void inATumultNobodyIsCutOffWithinTwoSeconds(Seed seed) {
    random = seed.random();
    List<Guest> crowd = crowd(20);
    Map<String, Long> since = new LinkedHashMap<>();
    List<String> before = forwarded();
    for (int i = 0; i < 3000; i++) {
      for (Guest guest : crowd) {
        if (random.nextInt(40) == 0) {
          guest.level = random.nextBoolean() ? QUIET : 15 + random.nextInt(30);
        }
      }
      pass(20);
      List<String> after = forwarded();
      for (String gone : before) {
        if (!after.contains(gone) && speakers.speaking().contains(gone)) {
          assertThat(now - since.getOrDefault(gone, 0L)).isGreaterThanOrEqualTo(2000 * MILLI);
        }
      }
      for (String came : after) {
        if (!before.contains(came)) {
          since.put(came, now);
        }
      }
      assertThat(after).hasSize(5);
      before = after;
    }
  }

  @Test
  void whoseSenderTellsNoLoudnessIsAlwaysForwarded() {
    crowd(8);
    guests.remove("mute");
    speakers.opened("mute", false, now);
    assertThat(speakers.limited()).isTrue();
    assertThat(speakers.forwards("mute")).isTrue();
    assertThat(forwarded()).hasSize(5);
  }

  @Test
  void whenMicrophonesCloseAllAreForwardedAgain() {
    crowd(8);
    for (int i = 0; i < 3; i++) {
      speakers.closed("guest " + i, now);
      guests.remove("guest " + i);
    }
    assertThat(speakers.limited()).isFalse();
    assertThat(forwarded()).hasSize(5);
  }

  // ---- who lies ---------------------------------------------------------------------------------

  @Test
  void whoSaysToBeAsLoudAsCanBeWithoutABreathDoesNotKeepTheTurn() {
    Guest liar = guest("liar");
    liar.level = 0;
    pass(30_000);
    assertThat(speakers.active()).isEqualTo("liar");
    Guest ann = guest("ann");
    ann.level = VOICE;
    assertThat(untilTurnOf("ann")).isLessThanOrEqualTo(1000);
    turns.clear();
    for (int sentence = 0; sentence < 20; sentence++) {
      speak(ann, 2000);
      pass(400);
    }
    assertThat(turns).containsExactly("ann");
  }

  @Test
  void asManyAsAreForwardedWhoSaySoSilenceNobody() {
    List<Guest> crowd = crowd(12);
    crowd.subList(0, 5).forEach(liar -> liar.level = 0);
    pass(30_000);
    Guest ann = crowd.get(8);
    Guest bob = crowd.get(9);
    for (int sentence = 0; sentence < 10; sentence++) {
      Guest speaks = sentence % 2 == 0 ? ann : bob;
      speaks.level = VOICE;
      pass(300);
      assertThat(forwarded()).hasSize(5).contains(speaks.name);
      speak(speaks, 2000);
      assertThat(speakers.active()).isEqualTo(speaks.name);
      pass(1000);
    }
  }

  /// A minute of speech has breaths; it is not taken for a machine.
  @Test
  void whoSpeaksForLongKeepsTheTurnAgainstOneAsLoud() {
    Guest ann = guest("ann");
    Guest bob = guest("bob");
    pass(1000);
    speak(ann, 3000);
    for (int i = 0; i < 20; i++) {
      pass(300);
      speak(ann, 3000);
    }
    bob.level = VOICE - 3;
    turns.clear();
    ann.level = VOICE;
    pass(3000);
    assertThat(turns).containsExactly("ann");
  }

  @Test
  void whatIsAlwaysForwardedTakesNobodysPlace() {
    List<Guest> crowd = crowd(5);
    for (int i = 0; i < 5; i++) {
      Guest film = new Guest("film " + i);
      film.level = 20;
      guests.put(film.name, film);
      speakers.opened(film.name, true, now);
    }
    crowd.forEach(guest -> guest.level = VOICE);
    pass(5000);
    assertThat(speakers.limited()).isFalse();
    assertThat(forwarded()).hasSize(10);
  }
}
